package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * ABFS, Hadoop's driver for Data Lake, as it is, over an account with a hierarchical namespace. What leads it to an
 * emulator is its own fs.azure.abfs.endpoint, which puts the account into the path.
 */
abstract class Hadoop {
    private static final String NAME = ("a" + unique()).substring(0, 24);
    private static final String KEY = Base64.getEncoder().encodeToString(NAME.getBytes(StandardCharsets.US_ASCII));
    private static boolean made;

    FileSystem fs;

    static String unique() {
        return "t" + UUID.randomUUID().toString().replace("-", "");
    }

    @BeforeEach
    void open() throws Exception {
        makeAccount();
        fs = FileSystem.newInstance(new Path("/").toUri().resolve(address(unique())), configuration());
    }

    @AfterEach
    void close() throws IOException {
        fs.delete(new Path("/"), true);
        fs.close();
    }

    static URI address(String container) {
        return URI.create("abfs://" + container + "@" + NAME + ".dfs.core.windows.net/");
    }

    static Configuration configuration() {
        Configuration settings = new Configuration();
        URI there = URI.create(variable("LAZULITE_DFS", "http://127.0.0.1:10004"));
        settings.set("fs.azure.abfs.endpoint", there.getHost() + ":" + there.getPort());
        settings.setBoolean("fs.azure.always.use.https", false);
        settings.set("fs.azure.account.auth.type", "SharedKey");
        settings.set("fs.azure.account.key." + NAME + ".dfs.core.windows.net", KEY);
        settings.setBoolean("fs.azure.createRemoteFileSystemDuringInitialization", true);
        settings.setInt("fs.azure.io.retry.max.retries", 0); // a retry would hide a server that fails now and then
        return settings;
    }

    static String variable(String name, String otherwise) {
        String given = System.getenv(name);
        return given == null || given.isEmpty() ? otherwise : given;
    }

    private static synchronized void makeAccount() throws Exception {
        if (made) {
            return;
        }
        URI control = URI.create(variable("LAZULITE_CONTROL", "http://127.0.0.1:10000/_lazulite") + "/accounts/" + NAME);
        HttpRequest request = HttpRequest.newBuilder(control).header("x-lazulite-control", "1")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"keys\": [\"" + KEY + "\"], \"hierarchicalNamespace\": true}")).build();
        assertEquals(2, HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode() / 100);
        made = true;
    }

    void write(String path, String content) throws IOException {
        try (FSDataOutputStream out = fs.create(new Path(path))) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    String read(String path) throws IOException {
        try (var in = fs.open(new Path(path))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Names, those of directories with a slash. */
    String names(String directory) throws IOException {
        List<String> found = new ArrayList<>();
        for (FileStatus status : fs.listStatus(new Path(directory))) {
            found.add(status.getPath().getName() + (status.isDirectory() ? "/" : ""));
        }
        return String.join(" ", found);
    }

    /** Every file below, by its path from there. */
    String files(String directory) throws IOException {
        List<String> found = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> all = fs.listFiles(new Path(directory), true);
        String start = fs.makeQualified(new Path(directory)).toUri().getPath();
        while (all.hasNext()) {
            found.add(all.next().getPath().toUri().getPath().substring(start.length()).replaceFirst("^/", ""));
        }
        found.sort(null);
        return String.join(" ", found);
    }
}
