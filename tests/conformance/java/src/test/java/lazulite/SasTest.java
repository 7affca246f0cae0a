package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.BlobAccessPolicy;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobSignedIdentifier;
import com.azure.storage.blob.models.ListBlobContainersOptions;
import com.azure.storage.blob.models.PublicAccessType;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.common.sas.SasIpRange;
import com.azure.storage.common.sas.SasProtocol;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SasTest extends Env {
    /** A client with an account SAS of these letters, otherwise good for all, and changed. */
    static BlobServiceClient account(String letters, UnaryOperator<AccountSasSignatureValues> change) {
        AccountSasSignatureValues values = new AccountSasSignatureValues(inAnHour(), AccountSasPermission.parse(letters),
                new AccountSasService().setBlobAccess(true), AccountSasResourceType.parse("sco"));
        return withSas(SERVICE.generateAccountSas(change.apply(values)));
    }

    BlobContainerClient mine(BlobServiceClient service) {
        return service.getBlobContainerClient(container.getBlobContainerName());
    }

    @Test
    void account() {
        BlobServiceClient client = account("rwdlac", UnaryOperator.identity());
        BlobClient hers = mine(client).getBlobClient("blob");
        hers.upload(text("hello"));
        assertEquals("hello", textOf(hers));
        assertEquals(List.of("blob"), mine(client).listBlobs().stream().map(BlobItem::getName).toList());
        ListBlobContainersOptions options = new ListBlobContainersOptions().setPrefix(container.getBlobContainerName());
        assertEquals(1, client.listBlobContainers(options, null).stream().count());
        hers.delete();
    }

    @Test
    void accountWithoutThePermission() {
        blob.upload(text("hello"));
        BlobContainerClient reader = mine(account("r", UnaryOperator.identity()));
        assertEquals("hello", textOf(reader.getBlobClient("blob")));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.getBlobClient("blob").upload(text("x"), true));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.getBlobClient("blob").delete());
        refused(403, "AuthorizationPermissionMismatch", () -> reader.listBlobs().stream().count());

        BlobContainerClient creator = mine(account("c", UnaryOperator.identity()));
        creator.getBlobClient("new").upload(text("x"), true);
        refused(403, "UnauthorizedBlobOverwrite", () -> creator.getBlobClient("blob").upload(text("x"), true));
    }

    @Test
    void accountForAnotherResourceType() {
        BlobServiceClient client = withSas(SERVICE.generateAccountSas(new AccountSasSignatureValues(inAnHour(),
                AccountSasPermission.parse("rl"), new AccountSasService().setBlobAccess(true), AccountSasResourceType.parse("o"))));
        refused(403, "AuthorizationResourceTypeMismatch", () -> mine(client).listBlobs().stream().count());
        refused(403, "AuthorizationResourceTypeMismatch", () -> client.listBlobContainers().stream().count());
    }

    @Test
    void accountForAnotherService() {
        BlobServiceClient client = withSas(SERVICE.generateAccountSas(new AccountSasSignatureValues(inAnHour(),
                AccountSasPermission.parse("rl"), new AccountSasService().setQueueAccess(true), AccountSasResourceType.parse("sco"))));
        refused(403, "AuthorizationServiceMismatch", () -> mine(client).getProperties());
    }

    @Test
    void accountByTime() {
        OffsetDateTime now = OffsetDateTime.now();
        BlobServiceClient future = account("r", values -> values.setStartTime(now.plusMinutes(30)));
        refused(403, "AuthenticationFailed", () -> mine(future).getProperties());
        mine(account("r", values -> values.setStartTime(now.minusMinutes(30)))).getProperties();
        BlobServiceClient past = withSas(SERVICE.generateAccountSas(new AccountSasSignatureValues(now.minusHours(1),
                AccountSasPermission.parse("r"), new AccountSasService().setBlobAccess(true), AccountSasResourceType.parse("sco"))));
        refused(403, "AuthenticationFailed", () -> mine(past).getProperties());
    }

    @Test
    void accountByAddressAndProtocol() {
        BlobServiceClient elsewhere = account("r", values -> values.setSasIpRange(SasIpRange.parse("168.1.5.60-168.1.5.70")));
        refused(403, "AuthorizationSourceIPMismatch", () -> mine(elsewhere).getProperties());
        assumeTrue(ENDPOINT.startsWith("http://127."), "an emulator on this machine");
        mine(account("r", values -> values.setSasIpRange(SasIpRange.parse("127.0.0.0-127.0.0.255")))).getProperties();
        mine(account("r", values -> values.setProtocol(SasProtocol.HTTPS_HTTP))).getProperties();
        BlobServiceClient https = account("r", values -> values.setProtocol(SasProtocol.HTTPS_ONLY));
        refused(403, "AuthorizationProtocolMismatch", () -> mine(https).getProperties());
    }

    /** A client of the container that holds nothing but a service SAS of it. */
    BlobContainerClient by(BlobServiceSasSignatureValues values) {
        return mine(withSas(container.generateSas(values)));
    }

    static BlobServiceSasSignatureValues letters(String letters) {
        return new BlobServiceSasSignatureValues(inAnHour(), BlobContainerSasPermission.parse(letters));
    }

    BlobClient blobBy(BlobServiceSasSignatureValues values) {
        return mine(withSas(blob.generateSas(values))).getBlobClient("blob");
    }

    static BlobServiceSasSignatureValues blobLetters(String letters) {
        return new BlobServiceSasSignatureValues(inAnHour(), BlobSasPermission.parse(letters));
    }

    @Test
    void ofABlob() {
        blob.upload(text("hello"));
        container.getBlobClient("other").upload(text("other"));
        BlobClient reader = blobBy(blobLetters("r"));
        assertEquals("hello", textOf(reader));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.upload(text("x"), true));
        BlobClient other = mine(withSas(blob.generateSas(blobLetters("r")))).getBlobClient("other");
        refused(403, "AuthenticationFailed", () -> other.downloadContent()); // signed for another name
    }

    @Test
    void ofABlobThatCreates() {
        BlobClient creator = blobBy(blobLetters("c"));
        creator.upload(text("hello"), true);
        refused(403, "UnauthorizedBlobOverwrite", () -> creator.upload(text("x"), true));
        blobBy(blobLetters("w")).upload(text("again"), true);
        assertEquals("again", textOf(blob));
    }

    @Test
    void ofABlobWithHeaders() {
        blob.upload(text("hello"));
        BlobProperties found = blobBy(blobLetters("r").setCacheControl("no-store").setContentDisposition("attachment; filename=\"a\"")
                .setContentEncoding("identity").setContentLanguage("de").setContentType("text/plain; charset=utf-8")).getProperties();
        assertEquals("no-store", found.getCacheControl());
        assertEquals("attachment; filename=\"a\"", found.getContentDisposition());
        assertEquals("identity", found.getContentEncoding());
        assertEquals("de", found.getContentLanguage());
        assertEquals("text/plain; charset=utf-8", found.getContentType());
        assertEquals("application/octet-stream", blob.getProperties().getContentType());
    }

    @Test
    void ofAContainer() {
        BlobContainerClient client = by(letters("rlcwd"));
        client.getBlobClient("blob").upload(text("hello"), true);
        assertEquals("hello", textOf(client.getBlobClient("blob")));
        assertEquals(List.of("blob"), client.listBlobs().stream().map(BlobItem::getName).toList());
        client.getBlobClient("blob").delete();

        BlobContainerClient writer = by(letters("w"));
        writer.getBlobClient("blob").upload(text("hello"), true);
        refused(403, "AuthorizationPermissionMismatch", () -> writer.getBlobClient("blob").downloadContent());
        refused(403, "AuthorizationPermissionMismatch", () -> writer.listBlobs().stream().count());
    }

    @Test
    void byTimeAndAddress() {
        blob.upload(text("hello"));
        OffsetDateTime now = OffsetDateTime.now();
        refused(403, "AuthenticationFailed", () -> by(letters("r").setExpiryTime(now.minusHours(1))).getBlobClient("blob").getProperties());
        refused(403, "AuthenticationFailed", () -> by(letters("r").setStartTime(now.plusMinutes(30))).getBlobClient("blob").getProperties());
        refused(403, "AuthorizationSourceIPMismatch",
                () -> by(letters("r").setSasIpRange(SasIpRange.parse("168.1.5.60"))).getBlobClient("blob").getProperties());
        by(letters("r").setStartTime(now.minusHours(1)).setProtocol(SasProtocol.HTTPS_HTTP)).getBlobClient("blob").getProperties();
        assumeTrue(ENDPOINT.startsWith("http:"), "plain http");
        refused(403, "AuthorizationProtocolMismatch",
                () -> by(letters("r").setProtocol(SasProtocol.HTTPS_ONLY)).getBlobClient("blob").getProperties());
    }

    @Test
    void byStoredPolicy() {
        blob.upload(text("hello"));
        OffsetDateTime start = OffsetDateTime.parse("2020-01-02T03:04:05Z");
        OffsetDateTime expiry = OffsetDateTime.parse("2100-01-02T03:04:05Z");
        Function<String, List<BlobSignedIdentifier>> policy = letters -> List.of(new BlobSignedIdentifier().setId("readers")
                .setAccessPolicy(new BlobAccessPolicy().setStartsOn(start).setExpiresOn(expiry).setPermissions(letters)));
        container.setAccessPolicy(null, policy.apply("r"));
        BlobSignedIdentifier found = container.getAccessPolicy().getIdentifiers().get(0);
        assertEquals("readers", found.getId());
        assertEquals("r", found.getAccessPolicy().getPermissions());
        assertEquals(start.toInstant(), found.getAccessPolicy().getStartsOn().toInstant());
        assertEquals(expiry.toInstant(), found.getAccessPolicy().getExpiresOn().toInstant());

        BlobContainerClient client = by(new BlobServiceSasSignatureValues("readers"));
        assertEquals("hello", textOf(client.getBlobClient("blob")));
        refused(403, "AuthorizationPermissionMismatch", () -> client.listBlobs().stream().count());
        BlobContainerClient unknown = by(new BlobServiceSasSignatureValues("writers"));
        refused(403, "AuthenticationFailed", () -> unknown.getBlobClient("blob").getProperties());

        container.setAccessPolicy(null, policy.apply("l")); // the same SAS follows
        assertEquals(1, client.listBlobs().stream().count());
        refused(403, "AuthorizationPermissionMismatch", () -> client.getBlobClient("blob").getProperties());
        container.setAccessPolicy(null, List.of());
        refused(403, "AuthenticationFailed", () -> client.listBlobs().stream().count());
    }

    @Test
    void publicAccess() {
        blob.upload(text("hello"));
        BlobContainerClient nobody = mine(builder().endpoint(ENDPOINT).buildClient());
        refused(401, "NoAuthenticationInformation", () -> nobody.getBlobClient("blob").getProperties());
        container.setAccessPolicy(PublicAccessType.BLOB, null);
        assertEquals(PublicAccessType.BLOB, container.getAccessPolicy().getBlobAccessType());
        assertEquals(PublicAccessType.BLOB, container.getProperties().getBlobPublicAccess());
        assertEquals("hello", textOf(nobody.getBlobClient("blob")));
        refused(401, "NoAuthenticationInformation", () -> nobody.listBlobs().stream().count());
        container.setAccessPolicy(PublicAccessType.CONTAINER, null);
        assertEquals(1, nobody.listBlobs().stream().count());
        refused(401, "NoAuthenticationInformation", () -> nobody.getBlobClient("new").upload(text("x"), true));
    }
}
