package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.azure.core.credential.AzureNamedKeyCredential;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.data.tables.TableClient;
import com.azure.data.tables.TableServiceClient;
import com.azure.data.tables.TableServiceClientBuilder;
import com.azure.data.tables.models.ListEntitiesOptions;
import com.azure.data.tables.models.TableEntity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** The Table service of the account under test, and a table for every test. */
abstract class TableEnv {
    static final TableServiceClient TABLES = builder().connectionString(Env.connectionString()).buildClient();
    static final String TABLE_ENDPOINT = TABLES.getServiceEndpoint();
    static final String KEY = Pattern.compile("AccountKey=([^;]+)").matcher(Env.connectionString()).results().map(found -> found.group(1))
            .findFirst().orElse("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    TableClient table;

    @BeforeEach
    void createTable() {
        table = TABLES.createTable(Env.unique());
    }

    @AfterEach
    void deleteTable() {
        table.deleteTable();
    }

    /** One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then. */
    static TableServiceClientBuilder builder() {
        return new TableServiceClientBuilder().retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))));
    }

    /** A client with the account's name and this key. TABLES.getAccountName() is the first label of the host, "127" of 127.0.0.1. */
    static TableServiceClient client(String endpoint, String key) {
        return builder().endpoint(endpoint).credential(new AzureNamedKeyCredential(Env.SERVICE.getAccountName(), key)).buildClient();
    }

    /** A client of the account that holds nothing but a SAS. */
    static TableServiceClient withSas(String token) {
        return builder().endpoint(TABLE_ENDPOINT).sasToken(token).buildClient();
    }

    static TableClient missing() {
        return TABLES.getTableClient(Env.unique());
    }

    /** The call must fail with exactly this status and x-ms-error-code; the SDK has several exceptions for that. */
    static void refused(int status, String code, Executable call) {
        HttpResponseException refusal = assertThrows(HttpResponseException.class, call);
        String found = refusal.getResponse().getHeaders().getValue(HttpHeaderName.fromString("x-ms-error-code"));
        assertEquals(status + " " + code, refusal.getResponse().getStatusCode() + " " + found);
    }

    static TableEntity entity(String row) {
        return new TableEntity("p", row);
    }

    static TableEntity entity(String row, Map<String, Object> properties) {
        TableEntity made = entity(row);
        properties.forEach(made::addProperty);
        return made;
    }

    /** What an entity holds besides keys, ETag and time. */
    static Map<String, Object> content(TableEntity entity) {
        Map<String, Object> found = new TreeMap<>(entity.getProperties());
        found.keySet().removeIf(name -> name.contains("odata.") || List.of("PartitionKey", "RowKey", "Timestamp").contains(name));
        return found;
    }

    Map<String, Object> content(String row) {
        return content(table.getEntity("p", row));
    }

    static List<String> rows(TableClient table, String filter) {
        return table.listEntities(new ListEntitiesOptions().setFilter(filter), null, null).stream().map(TableEntity::getRowKey).toList();
    }

    List<String> rows() {
        return rows(table, null);
    }
}
