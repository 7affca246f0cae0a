package lazulite;

import com.azure.core.credential.TokenCredential;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.util.BinaryData;
import com.azure.data.tables.TableClient;
import com.azure.data.tables.TableServiceClientBuilder;
import com.azure.data.tables.models.TableEntity;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.azure.storage.file.share.ShareDirectoryClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.models.ShareTokenIntent;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueServiceClientBuilder;
import java.io.ByteArrayOutputStream;
import java.util.function.Supplier;

/** Reads and writes with whatever credential its surroundings give it, and says how that went. */
final class IdentityProgram {
    private static final RequestRetryOptions ONCE = new RequestRetryOptions(RetryPolicyType.FIXED, 1, 300, null, null, null);
    private static final String PLACE = System.getenv("STORAGE_PLACE");

    public static void main(String[] arguments) {
        TokenCredential credential = new DefaultAzureCredentialBuilder().disableInstanceDiscovery().build();
        BlobContainerClient blobs = new BlobServiceClientBuilder().endpoint(System.getenv("STORAGE_BLOB")).retryOptions(ONCE).credential(credential)
                .buildClient().getBlobContainerClient(PLACE);
        QueueClient queue = new QueueServiceClientBuilder().endpoint(System.getenv("STORAGE_QUEUE")).retryOptions(ONCE).credential(credential)
                .buildClient().getQueueClient(PLACE);
        TableClient table = new TableServiceClientBuilder().endpoint(System.getenv("STORAGE_TABLE")).credential(credential)
                .buildClient().getTableClient(PLACE);
        ShareDirectoryClient files = FileEnv.builder("devstoreaccount1").shareTokenIntent(ShareTokenIntent.BACKUP).credential(credential)
                .buildClient().getShareClient(PLACE).getRootDirectoryClient();

        attempt("read blob", () -> blobs.getBlobClient("seeded").downloadContent().toString());
        attempt("write blob", () -> write(blobs.getBlobClient("java")));
        attempt("read queue", () -> queue.peekMessage().getBody().toString());
        attempt("write queue", () -> queue.sendMessage("written").getMessageId().isEmpty() ? "" : "written");
        attempt("read table", () -> (String) table.getEntity("seeded", "seeded").getProperty("Text"));
        attempt("write table", () -> write(table));
        attempt("read file", () -> read(files.getFileClient("seeded")));
        attempt("write file", () -> write(files.getFileClient("java")));
        System.exit(0);  // without waiting for idle threads of the HTTP client
    }

    private static String write(BlobClient blob) {
        blob.upload(BinaryData.fromString("written"), true);
        return blob.downloadContent().toString();
    }

    private static String write(TableClient table) {
        table.upsertEntity(new TableEntity("program", "java").addProperty("Text", "written"));
        return (String) table.getEntity("program", "java").getProperty("Text");
    }

    private static String write(ShareFileClient file) {
        file.create(7);
        file.uploadRange(BinaryData.fromString("written").toStream(), 7);
        return read(file);
    }

    private static String read(ShareFileClient file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.download(bytes);
        return bytes.toString();
    }

    private static void attempt(String what, Supplier<String> action) {
        try {
            System.out.println(what + " " + action.get());
        } catch (HttpResponseException error) {
            if (error.getResponse() == null) {
                throw error;  // of the credential
            }
            String code = error.getResponse().getHeaders().getValue(HttpHeaderName.fromString("x-ms-error-code"));
            if (code == null) {
                throw error;
            }
            System.out.println(what + " " + error.getResponse().getStatusCode() + " " + code);
        }
    }
}
