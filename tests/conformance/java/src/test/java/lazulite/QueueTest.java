package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.util.Context;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.common.sas.SasIpRange;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueServiceClient;
import com.azure.storage.queue.models.QueueAccessPolicy;
import com.azure.storage.queue.models.QueueAnalyticsLogging;
import com.azure.storage.queue.models.QueueCorsRule;
import com.azure.storage.queue.models.QueueItem;
import com.azure.storage.queue.models.QueueMessageItem;
import com.azure.storage.queue.models.QueueMetrics;
import com.azure.storage.queue.models.QueueRetentionPolicy;
import com.azure.storage.queue.models.QueueServiceProperties;
import com.azure.storage.queue.models.QueueSignedIdentifier;
import com.azure.storage.queue.models.QueuesSegmentOptions;
import com.azure.storage.queue.sas.QueueSasPermission;
import com.azure.storage.queue.sas.QueueServiceSasSignatureValues;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues, their metadata, policies and signatures, and the service's properties. */
class QueueTest extends QueueEnv {
    @Test
    void createAndDelete() {
        QueueClient made = QUEUES.getQueueClient(Env.unique());
        assertEquals(201, made.createWithResponse(Map.of("a", "1"), null, Context.NONE).getStatusCode());
        assertEquals(204, made.createWithResponse(Map.of("a", "1"), null, Context.NONE).getStatusCode());
        refused(409, "QueueAlreadyExists", () -> made.createWithResponse(Map.of("a", "2"), null, Context.NONE));
        refused(409, "QueueAlreadyExists", made::create);
        assertFalse(made.createIfNotExists());
        made.delete();
        refused(404, "QueueNotFound", made::delete);
        assertFalse(made.deleteIfExists());
    }

    @ParameterizedTest
    @CsvSource({"Upper,InvalidResourceName", "a--b,InvalidResourceName", "a_b,InvalidResourceName", "ab,OutOfRangeInput"})
    void names(String name, String code) {
        refused(400, code, () -> QUEUES.createQueue(name));
    }

    @Test
    void metadata() {
        queue.setMetadata(Map.of("a", "1", "b", "2"));
        queue.setMetadata(Map.of("b", "3"));
        assertEquals(Map.of("b", "3"), queue.getProperties().getMetadata());
        refused(400, "MetadataTooLarge", () -> queue.setMetadata(Map.of("a", "x".repeat(8192))));
        refused(404, "QueueNotFound", () -> missing().getProperties());
        refused(404, "QueueNotFound", () -> missing().setMetadata(Map.of()));
    }

    @Test
    void list() {
        String prefix = Env.unique();
        for (String letter : List.of("c", "a", "b")) {
            QUEUES.createQueueWithResponse(prefix + letter, Map.of("letter", letter), null, Context.NONE);
        }
        QueuesSegmentOptions options = new QueuesSegmentOptions().setPrefix(prefix).setMaxResultsPerPage(2).setIncludeMetadata(true);
        List<String> pages = QUEUES.listQueues(options, null, Context.NONE).streamByPage().map(page -> page.getValue().stream()
                .map(item -> item.getName().substring(prefix.length()) + item.getMetadata().get("letter")).collect(Collectors.joining())).toList();
        assertEquals(List.of("aabb", "cc"), pages);
        QUEUES.listQueues(new QueuesSegmentOptions().setPrefix(prefix), null, Context.NONE).stream().map(QueueItem::getName)
                .toList().forEach(QUEUES::deleteQueue);
        refused(400, "OutOfRangeQueryParameterValue",
                () -> QUEUES.listQueues(new QueuesSegmentOptions().setMaxResultsPerPage(-1), null, Context.NONE).stream().count());
    }

    @Test
    void serviceProperties() {
        QueueServiceProperties before = QUEUES.getProperties();
        QueueRetentionPolicy retention = new QueueRetentionPolicy().setEnabled(true).setDays(4);
        QueueCorsRule rule = new QueueCorsRule().setAllowedOrigins("http://a.example").setAllowedMethods("GET,POST").setAllowedHeaders("")
                .setExposedHeaders("").setMaxAgeInSeconds(5);
        QUEUES.setProperties(new QueueServiceProperties().setCors(List.of(rule))
                .setHourMetrics(new QueueMetrics().setVersion("1.0").setEnabled(true).setIncludeApis(true).setRetentionPolicy(retention))
                .setAnalyticsLogging(new QueueAnalyticsLogging().setVersion("1.0").setRead(true).setRetentionPolicy(retention)));
        QueueServiceProperties found = QUEUES.getProperties();
        assertEquals("GET,POST 5", found.getCors().get(0).getAllowedMethods() + " " + found.getCors().get(0).getMaxAgeInSeconds());
        assertEquals(4, found.getHourMetrics().getRetentionPolicy().getDays());
        assertTrue(found.getAnalyticsLogging().isRead());
        assertFalse(found.getAnalyticsLogging().isWrite());
        refused(400, "InvalidXmlDocument",
                () -> QUEUES.setProperties(new QueueServiceProperties().setCors(Collections.nCopies(6, rule))));
        QUEUES.setProperties(before);
    }

    @Test
    void statistics() {
        // This release takes no other root element than its own class's name; the service sends StorageServiceStats.
        QueueServiceClient secondary = builder().connectionString(Env.connectionString()).endpoint(QUEUE_ENDPOINT + "-secondary").buildClient();
        HttpResponseException answer = assertThrows(HttpResponseException.class, secondary::getStatistics);
        assertEquals(200, answer.getResponse().getStatusCode());
        refused(400, "InvalidQueryParameterValue", QUEUES::getStatistics);
    }

    static List<QueueSignedIdentifier> policy(String letters) {
        return List.of(new QueueSignedIdentifier().setId("p").setAccessPolicy(new QueueAccessPolicy().setPermissions(letters)
                .setStartsOn(OffsetDateTime.parse("2020-01-02T03:04:05Z")).setExpiresOn(OffsetDateTime.parse("2100-01-02T03:04:05Z"))));
    }

    /** A client that holds nothing but a SAS of the queue. */
    QueueClient by(QueueServiceSasSignatureValues values) {
        return withSas(queue.generateSas(values)).getQueueClient(queue.getQueueName());
    }

    QueueClient by(String letters) {
        return by(new QueueServiceSasSignatureValues(Env.inAnHour(), QueueSasPermission.parse(letters)));
    }

    @Test
    void accessPolicies() {
        queue.setAccessPolicy(policy("raup"));
        QueueSignedIdentifier found = queue.getAccessPolicy().stream().findFirst().orElseThrow();
        assertEquals("p raup", found.getId() + " " + found.getAccessPolicy().getPermissions());
        assertEquals(policy("").get(0).getAccessPolicy().getExpiresOn().toInstant(), found.getAccessPolicy().getExpiresOn().toInstant());
        refused(400, "InvalidXmlDocument", () -> queue.setAccessPolicy(policy("w")));
        refused(404, "QueueNotFound", () -> missing().setAccessPolicy(List.of()));
        refused(404, "QueueNotFound", () -> missing().getAccessPolicy().stream().count());

        QueueClient mine = by(new QueueServiceSasSignatureValues("p"));
        mine.sendMessage("hello");
        queue.setAccessPolicy(policy("r"));
        assertEquals(List.of("hello"), peek(mine));
        refused(403, "AuthorizationPermissionMismatch", mine::receiveMessage);
        queue.setAccessPolicy(List.of());
        refused(403, "AuthenticationFailed", () -> peek(mine));
    }

    @Test
    void signatures() {
        QueueClient all = by("raup");
        all.sendMessage("hello");
        assertEquals(List.of("hello"), peek(all));
        QueueMessageItem got = all.receiveMessage();
        String receipt = all.updateMessage(got.getMessageId(), got.getPopReceipt(), "again", Duration.ZERO).getPopReceipt();
        assertEquals(1, count(all));
        refused(403, "AuthorizationPermissionMismatch", () -> by("rup").sendMessage("x"));
        refused(403, "AuthorizationPermissionMismatch", () -> by("rau").receiveMessage());
        refused(403, "AuthorizationPermissionMismatch", () -> peek(by("aup")));
        refused(403, "AuthorizationPermissionMismatch", () -> by("rau").deleteMessage(got.getMessageId(), receipt));
        refused(403, "AuthorizationPermissionMismatch", () -> by("rap").updateMessage(got.getMessageId(), receipt, "x", Duration.ZERO));
        refused(403, "AuthorizationFailure", all::delete);
        by("p").deleteMessage(got.getMessageId(), receipt);

        Function<OffsetDateTime, QueueServiceSasSignatureValues> until = time -> new QueueServiceSasSignatureValues(time, QueueSasPermission.parse("r"));
        refused(403, "AuthenticationFailed", () -> peek(by(until.apply(OffsetDateTime.now().minusHours(1)))));
        refused(403, "AuthenticationFailed", () -> peek(by(until.apply(Env.inAnHour()).setStartTime(OffsetDateTime.now().plusMinutes(30)))));
        refused(403, "AuthorizationSourceIPMismatch", () -> peek(by(until.apply(Env.inAnHour()).setSasIpRange(SasIpRange.parse("168.1.5.60")))));
        QueueClient stranger = withSas(queue.generateSas(until.apply(Env.inAnHour()))).getQueueClient(Env.unique());
        refused(403, "AuthenticationFailed", () -> peek(stranger));
    }

    static QueueServiceClient account(String letters, String types) {
        return withSas(QUEUES.generateAccountSas(new AccountSasSignatureValues(Env.inAnHour(), AccountSasPermission.parse(letters),
                new AccountSasService().setQueueAccess(true), AccountSasResourceType.parse(types))));
    }

    @Test
    void accountSignatures() {
        QueueServiceClient all = account("rwdlacup", "sco");
        QueueClient mine = all.getQueueClient(queue.getQueueName());
        mine.sendMessage("hello");
        assertEquals("hello", mine.receiveMessage().getMessageText());
        mine.clearMessages();
        assertEquals(1, all.listQueues(new QueuesSegmentOptions().setPrefix(queue.getQueueName()), null, Context.NONE).stream().count());
        QueueClient reader = account("r", "sco").getQueueClient(queue.getQueueName());
        refused(403, "AuthorizationPermissionMismatch", () -> reader.sendMessage("x"));
        refused(403, "AuthorizationPermissionMismatch", reader::clearMessages);
        refused(403, "AuthorizationResourceTypeMismatch", () -> account("rl", "o").listQueues().stream().count());
        refused(403, "AuthorizationResourceTypeMismatch", () -> account("rl", "o").getQueueClient(queue.getQueueName()).getProperties());
    }
}
