package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorsTest extends Env {
    @Test
    void blobThatIsNotThere() {
        refused(404, "BlobNotFound", () -> blob.downloadContent());
        refused(404, "BlobNotFound", () -> blob.getProperties());
        refused(404, "BlobNotFound", () -> blob.delete());
        refused(404, "BlobNotFound", () -> blob.setMetadata(Map.of()));
        assertFalse(blob.exists());
        assertFalse(blob.deleteIfExists());
    }

    @Test
    void containerThatIsNotThere() {
        BlobContainerClient nowhere = SERVICE.getBlobContainerClient(unique());
        refused(404, "ContainerNotFound", () -> nowhere.getProperties());
        refused(404, "ContainerNotFound", () -> nowhere.delete());
        refused(404, "ContainerNotFound", () -> nowhere.listBlobs().stream().count());
        refused(404, "ContainerNotFound", () -> nowhere.getBlobClient("blob").upload(text("x")));
        assertFalse(nowhere.exists());
    }

    @Test
    void containerThatIsThere() {
        refused(409, "ContainerAlreadyExists", () -> container.create());
        assertFalse(container.createIfNotExists());
    }

    @ParameterizedTest
    @CsvSource({"Upper,InvalidResourceName", "a--b,InvalidResourceName", "ab,OutOfRangeInput"})
    void containerNames(String name, String code) {
        refused(400, code, () -> SERVICE.createBlobContainer(name));
    }

    @Test
    void wrongKey() {
        BlobServiceClient other = builder().endpoint(ENDPOINT)
                .credential(new StorageSharedKeyCredential(SERVICE.getAccountName(), "bm90IHRoZSBrZXk=")).buildClient();
        refused(403, "AuthenticationFailed", () -> other.getBlobContainerClient(container.getBlobContainerName()).getProperties());
    }

    @Test
    void withoutACredential() {
        BlobServiceClient nobody = builder().endpoint(ENDPOINT).buildClient();
        refused(401, "NoAuthenticationInformation",
                () -> nobody.getBlobContainerClient(container.getBlobContainerName()).getProperties());
    }

    @Test
    void textOfAnError() {
        BlobStorageException error = assertThrows(BlobStorageException.class, () -> blob.downloadContent());
        assertEquals(BlobErrorCode.BLOB_NOT_FOUND, error.getErrorCode());
        assertTrue(error.getServiceMessage().contains("<Message>The specified blob does not exist.\nRequestId:"), error.getServiceMessage());
    }
}
