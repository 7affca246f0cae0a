package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueMessageEncoding;
import com.azure.storage.queue.models.PeekedMessageItem;
import com.azure.storage.queue.models.QueueMessageItem;
import com.azure.storage.queue.models.SendMessageResult;
import com.azure.storage.queue.models.UpdateMessageResult;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Put, Get, Peek, Update, Delete and Clear Messages. */
class MessageTest extends QueueEnv {
    static SendMessageResult send(QueueClient queue, String text, Duration hidden, Duration life) {
        return queue.sendMessageWithResponse(text, hidden, life, null, Context.NONE).getValue();
    }

    @Test
    void wholeLife() {
        SendMessageResult sent = queue.sendMessage("hello");
        assertEquals(WEEK, Duration.between(sent.getInsertionTime(), sent.getExpirationTime()));
        assertEquals(sent.getInsertionTime(), sent.getTimeNextVisible());
        PeekedMessageItem peeked = queue.peekMessage();
        assertEquals("hello 0", peeked.getMessageText() + " " + peeked.getDequeueCount());

        QueueMessageItem got = queue.receiveMessage();
        assertEquals(sent.getMessageId() + " hello 1", got.getMessageId() + " " + got.getMessageText() + " " + got.getDequeueCount());
        assertNull(queue.receiveMessage());
        UpdateMessageResult updated = queue.updateMessage(got.getMessageId(), got.getPopReceipt(), "again", Duration.ofSeconds(60));
        Duration hidden = Duration.between(got.getInsertionTime(), updated.getTimeNextVisible());
        assertTrue(hidden.toSeconds() >= 60 && hidden.toSeconds() < 120, hidden.toString());
        refused(400, "PopReceiptMismatch", () -> queue.updateMessage(got.getMessageId(), got.getPopReceipt(), "lost", Duration.ZERO));
        refused(400, "PopReceiptMismatch", () -> queue.deleteMessage(got.getMessageId(), got.getPopReceipt()));
        queue.deleteMessage(got.getMessageId(), updated.getPopReceipt());
        refused(404, "MessageNotFound", () -> queue.deleteMessage(got.getMessageId(), updated.getPopReceipt()));
        refused(404, "MessageNotFound", () -> queue.updateMessage(got.getMessageId(), updated.getPopReceipt(), "x", Duration.ZERO));
        assertEquals(0, count(queue));
    }

    @Test
    void firstInFirstOut() {
        List<String> all = IntStream.range(0, 40).mapToObj(Integer::toString).toList();
        all.forEach(queue::sendMessage);
        assertEquals(all.subList(0, 32), peek(queue));
        assertEquals(all.subList(0, 32), texts(take(queue, Duration.ofSeconds(60))));
        assertEquals(all.subList(32, 40), texts(take(queue, Duration.ofSeconds(60))));
    }

    @ParameterizedTest
    @ValueSource(strings = {" a ", "a\nb", "<tag attr=\"1\">&amp;'</tag>", "]]>", "größe 日本 𝄞", "{\"json\": [1]}"})
    void texts(String text) {
        queue.sendMessage(text);
        assertEquals(List.of(text), peek(queue));
        assertEquals(text, queue.receiveMessage().getMessageText());
    }

    @Test
    void base64() {
        QueueClient encoded = builder().connectionString(Env.connectionString()).messageEncoding(QueueMessageEncoding.BASE64).buildClient()
                .getQueueClient(queue.getQueueName());
        byte[] body = Env.pattern(48 << 10);
        encoded.sendMessage(BinaryData.fromBytes(body));
        assertEquals(64 << 10, peek(queue).get(0).length());
        Env.sameBytes(body, encoded.receiveMessage().getBody().toBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "ü", "𝄞"})
    void largest(String letter) {
        String text = letter.repeat((64 << 10) / letter.getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        queue.sendMessage(text);
        assertEquals(text, queue.receiveMessage().getMessageText());
        refused(413, "RequestBodyTooLarge", () -> queue.sendMessage(text + "x"));
    }

    @Test
    void refusals() {
        SendMessageResult sent = queue.sendMessage("hello");
        String id = sent.getMessageId();
        String receipt = sent.getPopReceipt();
        refused(400, "OutOfRangeQueryParameterValue", () -> queue.receiveMessages(33).stream().count());
        refused(400, "OutOfRangeQueryParameterValue", () -> take(queue, Duration.ZERO));
        refused(400, "OutOfRangeQueryParameterValue", () -> queue.peekMessages(33, null, null).stream().count());
        refused(400, "OutOfRangeQueryParameterValue", () -> send(queue, "x", WEEK.plusSeconds(1), null));
        refused(400, "InvalidQueryParameterValue", () -> send(queue, "x", null, Duration.ZERO));
        refused(400, "InvalidQueryParameterValue", () -> send(queue, "x", Duration.ofSeconds(5), Duration.ofSeconds(5)));
        refused(400, "OutOfRangeQueryParameterValue", () -> queue.updateMessage(id, receipt, "x", WEEK.plusSeconds(1)));
        refused(400, "InvalidQueryParameterValue", () -> queue.updateMessage(id, "none", "x", Duration.ZERO));
        refused(400, "InvalidQueryParameterValue", () -> queue.deleteMessage(id, "none"));
        refused(404, "QueueNotFound", () -> missing().sendMessage("x"));
        refused(404, "QueueNotFound", () -> missing().receiveMessage());
        refused(404, "QueueNotFound", () -> missing().peekMessage());
        refused(404, "QueueNotFound", () -> missing().updateMessage(id, receipt, "x", Duration.ZERO));
        refused(404, "QueueNotFound", () -> missing().deleteMessage(id, receipt));
        refused(404, "QueueNotFound", () -> missing().clearMessages());
    }

    @Test
    void clear() {
        List.of("a", "b", "c").forEach(queue::sendMessage);
        queue.receiveMessage();
        queue.clearMessages();
        assertEquals(0, count(queue));
    }

    @Test
    void asTimeGoesBy() {
        OwnAccount account = new OwnAccount();
        QueueClient mine = account.queue;
        send(mine, "poison", null, Duration.ofSeconds(-1));
        send(mine, "short", Duration.ofSeconds(59), Duration.ofSeconds(60));
        for (int count = 1; count <= 5; count++) {
            List<QueueMessageItem> got = take(mine, Duration.ofSeconds(10));
            assertEquals("[poison] " + count, texts(got) + " " + got.get(0).getDequeueCount());
            account.advance(Duration.ofSeconds(9));
            assertEquals(List.of(), take(mine, Duration.ofSeconds(10)));
            account.advance(Duration.ofSeconds(1));
        }
        account.advance(Duration.ofSeconds(9));
        assertEquals(List.of("poison", "short"), peek(mine));
        account.advance(Duration.ofSeconds(1));
        assertEquals(List.of("poison"), peek(mine));
        account.advance(WEEK);
        QueueMessageItem slow = take(mine, Duration.ofSeconds(10)).get(0);
        account.advance(Duration.ofSeconds(10));
        QueueMessageItem quick = take(mine, Duration.ofSeconds(10)).get(0);
        refused(400, "PopReceiptMismatch", () -> mine.deleteMessage(slow.getMessageId(), slow.getPopReceipt()));
        account.advance(Duration.ofSeconds(11));
        mine.deleteMessage(quick.getMessageId(), quick.getPopReceipt());
        assertEquals(0, count(mine));
    }
}
