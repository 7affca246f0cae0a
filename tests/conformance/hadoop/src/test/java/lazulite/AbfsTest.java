package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.Test;

/** What Hadoop's contract of file systems asks, over ABFS. */
class AbfsTest extends Hadoop {
    @Test
    void writesAndReads() throws IOException {
        write("/d/größe + 100%", "hello");
        assertEquals("hello", read("/d/größe + 100%"));
        FileStatus found = fs.getFileStatus(new Path("/d/größe + 100%"));
        assertEquals("5 false", found.getLen() + " " + found.isDirectory());
        write("/d/größe + 100%", "again"); // over it
        assertEquals("again", read("/d/größe + 100%"));
        assertThrows(FileAlreadyExistsException.class, () -> fs.create(new Path("/d/größe + 100%"), false));
        assertThrows(FileNotFoundException.class, () -> fs.open(new Path("/nowhere")));
        assertThrows(FileNotFoundException.class, () -> fs.open(new Path("/d")));
        assertThrows(FileNotFoundException.class, () -> fs.createNonRecursive(new Path("/no/file"), true, 4096, (short) 1, 0, null));
    }

    @Test
    void appendsAndFlushes() throws IOException {
        Path path = new Path("/file");
        try (FSDataOutputStream out = fs.create(path)) {
            out.write("hello".getBytes(StandardCharsets.UTF_8));
            out.hflush();
            assertEquals(5, fs.getFileStatus(path).getLen());
            out.write(" world".getBytes(StandardCharsets.UTF_8));
        }
        try (FSDataOutputStream out = fs.append(path)) {
            out.write("!".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals("hello world!", read("/file"));
    }

    @Test
    void manyMegabytes() throws IOException {
        byte[] content = new byte[20 << 20];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i >> 10);
        }
        try (FSDataOutputStream out = fs.create(new Path("/large"))) {
            out.write(content);
        }
        try (var in = fs.open(new Path("/large"))) {
            byte[] part = new byte[100];
            in.readFully(content.length - 100, part);
            assertEquals(content[content.length - 1], part[99]);
            assertEquals(-1, java.util.Arrays.mismatch(content, in.readAllBytes()));
        }
    }

    @Test
    void lists() throws IOException {
        for (String path : List.of("/a/1", "/a/b/2", "/a-b", "/c")) {
            write(path, "");
        }
        assertTrue(fs.mkdirs(new Path("/empty")));
        assertEquals("a/ a-b c empty/", sorted(names("/")));
        assertEquals("1 b/", names("/a"));
        assertEquals("1", names("/a/1"));
        assertEquals("", names("/empty"));
        assertEquals("a-b a/1 a/b/2 c", files("/"));
        assertThrows(FileNotFoundException.class, () -> fs.listStatus(new Path("/nowhere")));
        assertTrue(fs.getFileStatus(new Path("/")).isDirectory());
    }

    private static String sorted(String names) {
        List<String> all = new java.util.ArrayList<>(List.of(names.split(" ")));
        all.sort(java.util.Comparator.comparing(name -> name.replace("/", "")));
        return String.join(" ", all);
    }

    @Test
    void listsInPages() throws Exception {
        for (int i = 0; i < 7; i++) {
            write("/d/" + i, "");
        }
        Configuration small = configuration();
        small.setInt("fs.azure.list.max.results", 3);
        try (FileSystem pages = FileSystem.newInstance(fs.getUri(), small)) {
            assertEquals(7, pages.listStatus(new Path("/d")).length);
        }
    }

    @Test
    void makesDirectories() throws IOException {
        assertTrue(fs.mkdirs(new Path("/a/b/c")));
        write("/a/b/c/file", "hello");
        assertTrue(fs.mkdirs(new Path("/a/b/c")));
        assertEquals("hello", read("/a/b/c/file"));
        assertThrows(IOException.class, () -> fs.mkdirs(new Path("/a/b/c/file")));
        assertThrows(IOException.class, () -> fs.mkdirs(new Path("/a/b/c/file/below")));
        assertThrows(IOException.class, () -> fs.create(new Path("/a/b/c")));
    }

    @Test
    void renames() throws IOException {
        write("/a/b/file", "hello");
        write("/other", "");
        assertTrue(fs.rename(new Path("/a"), new Path("/c")));
        assertEquals("c/b/file other", files("/"));
        assertFalse(fs.exists(new Path("/a")));
        assertTrue(fs.rename(new Path("/c/b/file"), new Path("/moved")));
        assertEquals("hello", read("/moved"));
        assertFalse(fs.rename(new Path("/moved"), new Path("/other"))); // it replaces nothing
        assertFalse(fs.rename(new Path("/nowhere"), new Path("/x")));
        assertFalse(fs.rename(new Path("/c"), new Path("/c/b/below")));
        assertFalse(fs.rename(new Path("/moved"), new Path("/no/parent")));
        // What there is of that name already takes it in.
        assertTrue(fs.mkdirs(new Path("/into")));
        assertTrue(fs.rename(new Path("/moved"), new Path("/into")));
        assertTrue(fs.rename(new Path("/c"), new Path("/into")));
        assertEquals("c/ moved", names("/into"));
    }

    @Test
    void renamingKeepsTheETag() throws IOException {
        write("/file", "hello");
        String before = etag("/file");
        assertTrue(fs.rename(new Path("/file"), new Path("/moved")));
        assertEquals(before, etag("/moved"));
        assertTrue(fs.hasPathCapability(new Path("/"), "fs.capability.etags.preserved.in.rename"));
    }

    private String etag(String path) throws IOException {
        return ((org.apache.hadoop.fs.EtagSource) fs.getFileStatus(new Path(path))).getEtag();
    }

    @Test
    void deletes() throws IOException {
        write("/d/inner/file", "");
        assertThrows(IOException.class, () -> fs.delete(new Path("/d"), false));
        assertTrue(fs.delete(new Path("/d/inner/file"), false));
        assertFalse(fs.delete(new Path("/d/inner/file"), false));
        assertTrue(fs.delete(new Path("/d"), true));
        assertFalse(fs.exists(new Path("/d")));
    }

    @Test
    void permissionsAndLists() throws IOException {
        String mary = "ec3595d6-2c17-4696-8caa-7e139758d24a";
        Path path = new Path("/d");
        fs.mkdirs(path, new FsPermission((short) 0750));
        assertEquals("rwxr-x---", fs.getFileStatus(path).getPermission().toString());
        fs.setPermission(path, new FsPermission((short) 0770));
        assertEquals("rwxrwx---", fs.getFileStatus(path).getPermission().toString());
        fs.setOwner(path, mary, mary);
        assertEquals(mary + " " + mary, fs.getFileStatus(path).getOwner() + " " + fs.getFileStatus(path).getGroup());
        fs.modifyAclEntries(path, AclEntry.parseAclSpec("user:" + mary + ":r-x,default:user:" + mary + ":r--", true));
        assertTrue(fs.getFileStatus(path).hasAcl());
        assertEquals("[user:" + mary + ":r-x, group::rwx, default:user::rwx, default:user:" + mary
                + ":r--, default:group::rwx, default:mask::rwx, default:other::---]", fs.getAclStatus(path).getEntries().toString());
        fs.removeAcl(path);
        assertFalse(fs.getFileStatus(path).hasAcl());
    }

    @Test
    void attributes() throws IOException {
        write("/file", "");
        fs.setXAttr(new Path("/file"), "user.color", "blue".getBytes(StandardCharsets.UTF_8));
        assertEquals("blue", new String(fs.getXAttr(new Path("/file"), "user.color"), StandardCharsets.UTF_8));
    }

    @Test
    void withoutTheFileSystem() {
        Configuration settings = configuration();
        settings.setBoolean("fs.azure.createRemoteFileSystemDuringInitialization", false);
        assertThrows(IOException.class, () -> {
            try (FileSystem missing = FileSystem.newInstance(address(unique()), settings)) {
                missing.listStatus(new Path("/"));
            }
        });
    }
}
