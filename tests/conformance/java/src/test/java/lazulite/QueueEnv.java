package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.core.http.HttpHeaderName;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueServiceClient;
import com.azure.storage.queue.QueueServiceClientBuilder;
import com.azure.storage.queue.models.PeekedMessageItem;
import com.azure.storage.queue.models.QueueMessageItem;
import com.azure.storage.queue.models.QueueStorageException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** The Queue service of the account under test, a queue for every test, and accounts whose clock may be advanced. */
abstract class QueueEnv {
    static final Duration WEEK = Duration.ofDays(7);
    static final QueueServiceClient QUEUES = builder().connectionString(Env.connectionString()).buildClient();
    static final String QUEUE_ENDPOINT = QUEUES.getQueueServiceUrl();

    QueueClient queue;

    @BeforeEach
    void createQueue() {
        queue = QUEUES.createQueue(Env.unique());
    }

    @AfterEach
    void deleteQueue() {
        queue.delete();
    }

    static QueueServiceClientBuilder builder() {
        return new QueueServiceClientBuilder()
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 300, null, null, null));
    }

    /** A client of the account that holds nothing but a SAS. */
    static QueueServiceClient withSas(String token) {
        return builder().endpoint(QUEUE_ENDPOINT).sasToken(token).buildClient();
    }

    static QueueClient missing() {
        return QUEUES.getQueueClient(Env.unique());
    }

    /** The call must fail with exactly this status and this x-ms-error-code. */
    static void refused(int status, String code, Executable call) {
        QueueStorageException refusal = assertThrows(QueueStorageException.class, call);
        String found = refusal.getResponse().getHeaders().getValue(HttpHeaderName.fromString("x-ms-error-code"));
        assertEquals(status + " " + code, refusal.getStatusCode() + " " + found);
    }

    static List<String> peek(QueueClient queue) {
        return queue.peekMessages(32, null, null).stream().map(PeekedMessageItem::getMessageText).toList();
    }

    static List<QueueMessageItem> take(QueueClient queue, Duration hidden) {
        return queue.receiveMessages(32, hidden, null, null).stream().toList();
    }

    static List<String> texts(List<QueueMessageItem> messages) {
        return messages.stream().map(QueueMessageItem::getMessageText).toList();
    }

    static long count(QueueClient queue) {
        return queue.getProperties().getApproximateMessagesCountLong();
    }

    /** An account of the test's own, with a queue. */
    static class OwnAccount {
        final QueueClient queue;
        private final String name = ("a" + Env.unique()).substring(0, 24);

        OwnAccount() {
            URI endpoint = URI.create(QUEUE_ENDPOINT);
            assumeTrue(List.of("127.0.0.1", "localhost", "[::1]").contains(endpoint.getHost()), "a clock that can be advanced");
            String key = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII));
            change("PUT", "accounts/" + name, "{\"keys\": [\"" + key + "\"]}");
            queue = builder().endpoint(endpoint.getScheme() + "://" + endpoint.getAuthority() + "/" + name)
                    .credential(new StorageSharedKeyCredential(name, key)).buildClient().createQueue(Env.unique());
        }

        void advance(Duration time) {
            change("POST", "clock?account=" + name + "&advance=" + time.toSeconds(), "");
        }

        static void change(String method, String path, String body) {
            String given = System.getenv("LAZULITE_CONTROL");
            URI blobs = URI.create(Env.ENDPOINT);
            String control = given != null ? given : blobs.getScheme() + "://" + blobs.getAuthority() + "/_lazulite";
            HttpRequest request = HttpRequest.newBuilder(URI.create(control + "/" + path)).header("x-lazulite-control", "1")
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
            try {
                HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
                assertEquals(2, answer.statusCode() / 100, answer.body());
            } catch (IOException | InterruptedException problem) {
                throw new AssertionError(problem);
            }
        }
    }
}
