package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.UserDelegationKey;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.blob.specialized.BlobClientBase;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.ShareServiceClientBuilder;
import com.azure.storage.file.share.models.ShareTokenIntent;
import com.azure.storage.file.share.sas.ShareFileSasPermission;
import com.azure.storage.file.share.sas.ShareServiceSasSignatureValues;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueClientBuilder;
import com.azure.storage.queue.QueueServiceClient;
import com.azure.storage.queue.QueueServiceClientBuilder;
import com.azure.storage.queue.models.QueueStorageException;
import com.azure.storage.queue.sas.QueueSasPermission;
import com.azure.storage.queue.sas.QueueServiceSasSignatureValues;
import java.io.ByteArrayOutputStream;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** User delegation keys and the SAS they sign, against the server of tests/conformance/identity. */
class IdentityTest extends Env {
    private static final OffsetDateTime START = OffsetDateTime.now().minusHours(1);

    private static TokenCredential as(String name) {
        return new ManagedIdentityCredentialBuilder().clientId(System.getenv(name + "_CLIENT")).build();
    }

    private static BlobServiceClient blobs(String name) {
        return builder().endpoint(System.getenv("STORAGE_BLOB")).credential(as(name)).buildClient();
    }

    private static UserDelegationKey keyOf(String name) {
        return blobs(name).getUserDelegationKey(START, inAnHour());
    }

    @BeforeEach
    void upload() {
        blob.upload(text("hello"));
    }

    private BlobClient there(String sas, String name) {
        return withSas(sas).getBlobContainerClient(container.getBlobContainerName()).getBlobClient(name);
    }

    @Test
    void container() {
        BlobContainerSasPermission rights = new BlobContainerSasPermission().setReadPermission(true).setWritePermission(true);
        String sas = container.generateUserDelegationSas(new BlobServiceSasSignatureValues(inAnHour(), rights), keyOf("APP"));
        BlobClient another = there(sas, "another");
        another.upload(text("by SAS"));
        assertEquals("by SAS", another.downloadContent().toString());
        refused(403, "AuthorizationPermissionMismatch", another::delete);
    }

    private String sasOf(BlobClientBase client, String rights, UserDelegationKey key) {
        return client.generateUserDelegationSas(new BlobServiceSasSignatureValues(inAnHour(), BlobSasPermission.parse(rights)), key);
    }

    @Test
    void blobAndSnapshot() {
        BlobClient byBlob = there(sasOf(blob, "r", keyOf("APP")), "blob");
        assertEquals("hello", byBlob.downloadContent().toString());
        refused(403, "AuthorizationPermissionMismatch", () -> byBlob.upload(text("changed"), true));

        BlobClientBase snapshot = blob.createSnapshot();
        blob.upload(text("changed"), true);
        String sas = sasOf(snapshot, "r", keyOf("APP"));
        assertEquals("hello", there(sas, "blob").getSnapshotClient(snapshot.getSnapshotId()).downloadContent().toString());
        refused(403, "AuthenticationFailed", () -> there(sas, "blob").downloadContent());
    }

    @Test
    void keyOfAReader() {
        BlobClient client = there(sasOf(blob, "rw", keyOf("READER")), "blob");
        assertEquals("hello", client.downloadContent().toString());
        refused(403, "AuthorizationPermissionMismatch", () -> client.upload(text("changed"), true));
        refused(403, "AuthorizationPermissionMismatch", () -> keyOf("NOBODY"));
    }

    @Test
    void forOneUser() {
        BlobServiceSasSignatureValues values = new BlobServiceSasSignatureValues(inAnHour(), BlobSasPermission.parse("r"))
                .setDelegatedUserObjectId(System.getenv("NOBODY_OBJECT"));
        String sas = blob.generateUserDelegationSas(values, keyOf("APP"));
        refused(403, "AuthenticationFailed", () -> there(sas, "blob").downloadContent());
    }

    @Test
    void queue() {
        QueueServiceClient service = new QueueServiceClientBuilder().endpoint(System.getenv("STORAGE_QUEUE")).credential(as("APP")).buildClient();
        QueueClient queue = service.createQueue(unique());
        QueueServiceSasSignatureValues values = new QueueServiceSasSignatureValues(inAnHour(), QueueSasPermission.parse("ra"));
        String sas = queue.generateUserDelegationSas(values, service.getUserDelegationKey(START, inAnHour()));
        QueueClient there = new QueueClientBuilder().endpoint(System.getenv("STORAGE_QUEUE")).queueName(queue.getQueueName()).sasToken(sas).buildClient();
        there.sendMessage("hello");
        assertEquals("hello", there.peekMessage().getBody().toString());
        assertEquals(403, assertThrows(QueueStorageException.class, there::receiveMessage).getStatusCode());
        queue.delete();
    }

    @Test
    void file() {
        ShareClient share = FileEnv.FILES.createShare(unique());
        ShareFileClient file = share.getFileClient("file");
        file.create(5);
        file.uploadRange(text("hello").toStream(), 5);
        com.azure.storage.file.share.models.UserDelegationKey key = FileEnv.builder("devstoreaccount1").shareTokenIntent(ShareTokenIntent.BACKUP)
                .credential(as("APP")).buildClient().getUserDelegationKey(START, inAnHour());
        ShareServiceSasSignatureValues values = new ShareServiceSasSignatureValues(inAnHour(), ShareFileSasPermission.parse("r"));
        // The SDK finds the account's name in the hosts of Azure alone.
        String sas = new ShareServiceClientBuilder().endpoint("https://devstoreaccount1.file.core.windows.net").sasToken("sig=none").buildClient()
                .getShareClient(share.getShareName()).getFileClient("file").generateUserDelegationSas(values, key);
        ShareFileClient there = FileEnv.withSas(sas).getShareClient(share.getShareName()).getFileClient("file");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        there.download(bytes);
        assertEquals("hello", bytes.toString());
        FileEnv.refused(403, "AuthorizationPermissionMismatch", there::delete);
        share.delete();
    }
}
