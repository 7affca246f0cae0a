package lazulite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.data.tables.TableClient;
import com.azure.data.tables.TableServiceClient;
import com.azure.data.tables.models.ListEntitiesOptions;
import com.azure.data.tables.models.ListTablesOptions;
import com.azure.data.tables.models.TableAccessPolicy;
import com.azure.data.tables.models.TableEntity;
import com.azure.data.tables.models.TableEntityUpdateMode;
import com.azure.data.tables.models.TableItem;
import com.azure.data.tables.models.TableServiceCorsRule;
import com.azure.data.tables.models.TableServiceException;
import com.azure.data.tables.models.TableServiceProperties;
import com.azure.data.tables.models.TableSignedIdentifier;
import com.azure.data.tables.models.TableTransactionAction;
import com.azure.data.tables.models.TableTransactionActionType;
import com.azure.data.tables.models.TableTransactionFailedException;
import com.azure.data.tables.sas.TableAccountSasPermission;
import com.azure.data.tables.sas.TableAccountSasResourceType;
import com.azure.data.tables.sas.TableAccountSasService;
import com.azure.data.tables.sas.TableAccountSasSignatureValues;
import com.azure.data.tables.sas.TableSasPermission;
import com.azure.data.tables.sas.TableSasSignatureValues;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest extends TableEnv {
    @Test
    void tables() {
        String name = table.getTableName();
        refused(409, "TableAlreadyExists", () -> TABLES.createTable(name));
        refused(409, "TableAlreadyExists", () -> TABLES.createTable(name.toUpperCase()));
        List<String> found = TABLES.listTables(new ListTablesOptions().setFilter("TableName eq '" + name + "'"), null, null)
                .stream().map(TableItem::getName).toList();
        assertEquals(List.of(name), found);
        TABLES.deleteTable(Env.unique()); // the SDK takes a missing table as deleted
    }

    @ParameterizedTest
    @CsvSource({"ab,OutOfRangeInput", "a-bc,InvalidResourceName", "1abc,InvalidResourceName"})
    void tableNames(String name, String code) {
        refused(400, code, () -> TABLES.createTable(name));
    }

    @Test
    void types() {
        OffsetDateTime date = OffsetDateTime.of(2024, 2, 29, 12, 34, 56, 123456700, ZoneOffset.UTC);
        Map<String, Object> values = Map.of("Text", "größe 日本 🚀", "Int", Integer.MIN_VALUE, "Long", Long.MAX_VALUE, "Double", 1.5,
                "Whole", 2.0, "True", true, "Id", UUID.fromString("c9da6455-213d-42c9-9a79-3e9149a57833"), "Date", date);
        table.createEntity(entity("r", values).addProperty("Bytes", new byte[] {0, 1, -1}));
        Map<String, Object> found = content("r");
        assertArrayEquals(new byte[] {0, 1, -1}, (byte[]) found.remove("Bytes"));
        assertEquals(values.keySet(), found.keySet());
        values.forEach((name, value) -> {
            if (!name.equals("Whole")) { // the SDK makes an Integer of it
                assertEquals(value, found.get(name), name);
            }
        });
        assertEquals(2.0, ((Number) found.get("Whole")).doubleValue());
    }

    @Test
    void insertAndDelete() {
        table.createEntity(entity("r", Map.of("A", 1)));
        refused(409, "EntityAlreadyExists", () -> table.createEntity(entity("r")));
        TableEntity found = table.getEntity("p", "r");
        assertEquals(Map.of("A", 1), content(found));
        table.upsertEntity(entity("r", Map.of("B", 2)));
        refused(412, "UpdateConditionNotSatisfied", () -> table.deleteEntityWithResponse(found, true, null, null));
        table.deleteEntity("p", "r");
        refused(404, "ResourceNotFound", () -> table.getEntity("p", "r"));
        assertEquals(List.of(), rows());
    }

    @ParameterizedTest
    @EnumSource(TableEntityUpdateMode.class)
    void updateAndUpsert(TableEntityUpdateMode mode) {
        Map<String, Object> wanted = mode == TableEntityUpdateMode.MERGE ? Map.of("A", 1, "B", 2) : Map.of("B", 2);
        refused(404, "ResourceNotFound", () -> table.updateEntity(entity("r"), mode));
        table.upsertEntityWithResponse(entity("r", Map.of("A", 1)), mode, null, null);
        TableEntity first = table.getEntity("p", "r");
        table.updateEntity(entity("r", Map.of("B", 2)), mode);
        assertEquals(wanted, content("r"));
        refused(412, "UpdateConditionNotSatisfied", () -> table.updateEntityWithResponse(first, mode, true, null, null));
        TableEntity second = table.getEntity("p", "r");
        assertNotEquals(first.getETag(), second.getETag());
        table.updateEntityWithResponse(second.addProperty("C", 3), mode, true, null, null);
        assertEquals(3, content("r").get("C"));
    }

    @Test
    void oneOfManyWins() {
        table.createEntity(entity("r"));
        TableEntity known = table.getEntity("p", "r");
        AtomicInteger wins = new AtomicInteger();
        IntStream.range(0, 32).parallel().forEach(number -> {
            try {
                table.updateEntityWithResponse(known, TableEntityUpdateMode.REPLACE, true, null, null);
                wins.incrementAndGet();
            } catch (TableServiceException refusal) {
                assertEquals(412, refusal.getResponse().getStatusCode());
            }
        });
        assertEquals(1, wins.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "it's", "100%", "%2F", "a+b", "a&b=c", "größe 日本 🚀", "a,b(c)", "$x", "A:;@!*\"<>[]{}|^`~"})
    void oddKeys(String key) {
        table.createEntity(entity(key, Map.of("A", 1)));
        table.updateEntity(entity(key, Map.of("B", 2)));
        table.upsertEntity(entity(key, Map.of("C", 3)));
        assertEquals(Map.of("A", 1, "B", 2, "C", 3), content(key));
        assertEquals(List.of(key), rows(table, "PartitionKey eq 'p' and RowKey eq '" + key.replace("'", "''") + "'"));
        table.submitTransaction(List.of(new TableTransactionAction(TableTransactionActionType.UPDATE_MERGE, entity(key, Map.of("D", 4)))));
        table.deleteEntity("p", key);
        assertEquals(List.of(), rows());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a\\b", "a#b", "a?b", "a\tb", "a\u0085b"})
    void forbiddenKeys(String key) {
        refused(400, "OutOfRangeInput", () -> table.createEntity(entity(key)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "N gt 2;de", "L le 1L;ab", "D lt 1.0;a", "T eq 'c';c", "F;de", "not (F);abc", "N ne 2;abde", "N eq 0 or N eq 4 and F;ae",
        "(N eq 0 or N eq 4) and F eq true;e", "RowKey ge 'b' and RowKey lt 'd';bc"})
    void filters(String filter, String wanted) {
        for (int number = 0; number < 5; number++) {
            String row = String.valueOf((char) ('a' + number));
            table.createEntity(entity(row, Map.of("N", number, "L", (long) number, "D", number + 0.5, "T", row, "F", number > 2)));
        }
        assertEquals(wanted, String.join("", rows(table, filter)));
        refused(400, "InvalidInput", () -> rows(table, "N eq"));
        ListEntitiesOptions selecting = new ListEntitiesOptions().setFilter("T eq 'c'").setSelect(List.of("T"));
        assertEquals(Map.of("T", "c"), content(table.listEntities(selecting, null, null).iterator().next()));
    }

    @Test
    void pages() {
        List<TableTransactionAction> actions = IntStream.range(0, 25)
                .mapToObj(n -> new TableTransactionAction(TableTransactionActionType.CREATE, entity(String.format("%02d", n)))).toList();
        table.submitTransaction(actions);
        List<Integer> sizes = new ArrayList<>();
        table.listEntities(new ListEntitiesOptions().setTop(10), null, null).iterableByPage().forEach(page -> sizes.add(page.getValue().size()));
        assertEquals(List.of(10, 10, 5), sizes);
        assertEquals(25, rows().size());
    }

    @Test
    void transactions() {
        for (String row : List.of("b", "c", "d")) {
            table.createEntity(entity(row, Map.of("A", 1)));
        }
        List<TableTransactionAction> actions = new ArrayList<>(List.of(
                new TableTransactionAction(TableTransactionActionType.CREATE, entity("a")),
                new TableTransactionAction(TableTransactionActionType.UPDATE_MERGE, entity("b", Map.of("B", 2))),
                new TableTransactionAction(TableTransactionActionType.UPDATE_REPLACE, entity("c", Map.of("B", 2))),
                new TableTransactionAction(TableTransactionActionType.DELETE, entity("d")),
                new TableTransactionAction(TableTransactionActionType.UPSERT_MERGE, entity("e")),
                new TableTransactionAction(TableTransactionActionType.UPSERT_REPLACE, entity("f"))));
        TableTransactionAction failing = new TableTransactionAction(TableTransactionActionType.CREATE, entity("c"));
        refusedTransaction(6, "InvalidDuplicateRow", actions, failing);
        refusedTransaction(6, "ResourceNotFound", actions, new TableTransactionAction(TableTransactionActionType.DELETE, entity("x")));
        assertEquals(List.of("b", "c", "d"), rows());
        assertEquals(6, table.submitTransaction(actions).getTransactionActionResponses().size());
        assertEquals(List.of("a", "b", "c", "e", "f"), rows());
        assertEquals(Map.of("A", 1, "B", 2), content("b"));
        assertEquals(Map.of("B", 2), content("c"));
    }

    private void refusedTransaction(int index, String code, List<TableTransactionAction> actions, TableTransactionAction last) {
        List<TableTransactionAction> all = new ArrayList<>(actions);
        all.add(last);
        TableTransactionFailedException failure = (TableTransactionFailedException) refusedAs(code, () -> table.submitTransaction(all));
        assertEquals(index, failure.getFailedTransactionActionIndex());
    }

    private static TableServiceException refusedAs(String code, Executable call) {
        TableServiceException refusal = assertThrows(TableServiceException.class, call);
        assertEquals(code, refusal.getValue().getErrorCode().toString());
        return refusal;
    }

    @Test
    void tableThatIsNotThere() {
        TableClient nowhere = missing();
        refused(404, "TableNotFound", () -> nowhere.createEntity(entity("r")));
        refused(404, "TableNotFound", () -> nowhere.getEntity("p", "r"));
        refused(404, "TableNotFound", () -> rows(nowhere, null));
        refused(404, "TableNotFound", () -> nowhere.upsertEntity(entity("r")));
        refused(404, "TableNotFound", () -> nowhere.getAccessPolicies());
    }

    @Test
    void accessPolicies() {
        OffsetDateTime expiry = OffsetDateTime.now(ZoneOffset.UTC).plusHours(1).truncatedTo(ChronoUnit.SECONDS);
        TableAccessPolicy policy = new TableAccessPolicy().setPermissions("r").setExpiresOn(expiry).setStartsOn(expiry.minusHours(2));
        table.setAccessPolicies(List.of(new TableSignedIdentifier("policy").setAccessPolicy(policy)));
        TableSignedIdentifier found = table.getAccessPolicies().getIdentifiers().get(0);
        assertEquals("policy", found.getId());
        assertEquals("r", found.getAccessPolicy().getPermissions());
        assertTrue(expiry.isEqual(found.getAccessPolicy().getExpiresOn()));

        table.createEntity(entity("r"));
        TableClient client = withSas(table.generateSas(new TableSasSignatureValues("policy"))).getTableClient(table.getTableName());
        assertEquals(List.of("r"), rows(client, null));
        table.setAccessPolicies(List.of());
        refused(403, "AuthenticationFailed", () -> rows(client, null));
    }

    @Test
    void tableSas() {
        for (String row : List.of("a", "b", "c")) {
            table.createEntity(entity(row));
        }
        TableSasSignatureValues values = new TableSasSignatureValues(Env.inAnHour(), TableSasPermission.parse("r"));
        TableClient client = withSas(table.generateSas(values)).getTableClient(table.getTableName());
        assertEquals(List.of("a", "b", "c"), rows(client, null));
        refused(403, "AuthorizationPermissionMismatch", () -> client.createEntity(entity("d")));
        values.setStartPartitionKey("p").setStartRowKey("b").setEndPartitionKey("p").setEndRowKey("b");
        assertEquals(List.of("b"), rows(withSas(table.generateSas(values)).getTableClient(table.getTableName()), null));
    }

    @Test
    void accountSas() {
        TableAccountSasSignatureValues values = new TableAccountSasSignatureValues(Env.inAnHour(),
                TableAccountSasPermission.parse("rwdlacu"), TableAccountSasService.parse("t"), TableAccountSasResourceType.parse("sco"));
        TableServiceClient service = withSas(TABLES.generateAccountSas(values));
        TableClient made = service.createTable(Env.unique());
        made.createEntity(entity("r"));
        assertEquals(List.of("r"), rows(made, null));
        service.deleteTable(made.getTableName());
        TableAccountSasSignatureValues less = new TableAccountSasSignatureValues(Env.inAnHour(),
                TableAccountSasPermission.parse("r"), TableAccountSasService.parse("t"), TableAccountSasResourceType.parse("o"));
        TableServiceClient reader = withSas(TABLES.generateAccountSas(less));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.getTableClient(table.getTableName()).createEntity(entity("r")));
        refused(403, "AuthorizationResourceTypeMismatch", reader::getProperties);
    }

    @Test
    void serviceProperties() {
        TableServiceProperties before = TABLES.getProperties();
        try {
            TableServiceCorsRule rule = new TableServiceCorsRule().setAllowedOrigins("http://java.example").setAllowedMethods("GET,MERGE")
                    .setAllowedHeaders("x-ms-*").setExposedHeaders("*").setMaxAgeInSeconds(9);
            TABLES.setProperties(TABLES.getProperties().setCorsRules(List.of(rule)));
            List<TableServiceCorsRule> found = TABLES.getProperties().getCorsRules();
            assertEquals(List.of("http://java.example GET,MERGE 9"), found.stream()
                    .map(one -> one.getAllowedOrigins() + " " + one.getAllowedMethods() + " " + one.getMaxAgeInSeconds()).toList());
        } finally {
            TABLES.setProperties(before);
        }
        assertFalse(TABLES.getProperties().getLogging().getAnalyticsVersion().isEmpty());
    }

    /** Only the secondary endpoint has them. */
    @Test
    void stats() {
        assertEquals("live", client(TABLE_ENDPOINT.replaceAll("/$", "") + "-secondary", KEY).getStatistics().getGeoReplication().getStatus().toString());
        refused(400, "InvalidQueryParameterValue", TABLES::getStatistics);
    }

    @Test
    void wrongKey() {
        refused(403, "AuthenticationFailed", client(TABLE_ENDPOINT, "bm90IHRoZSBrZXk=")::getProperties);
    }
}
