package lazulite;

import com.azure.core.util.Context;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.file.share.FileSmbProperties;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareDirectoryClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.ShareServiceClient;
import com.azure.storage.file.share.models.ShareServiceProperties;
import com.azure.storage.file.share.options.ShareFileCopyOptions;
import com.azure.storage.file.share.sas.ShareSasPermission;
import com.azure.storage.file.share.sas.ShareServiceSasSignatureValues;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Every operation, by a signature that is not for it. */
class FileDeniedTest extends FileEnv {
    static final String PERMISSION = "AuthorizationPermissionMismatch";
    static final String RESOURCE = "AuthorizationResourceTypeMismatch";

    static void eachRefused(int status, String code, List<Executable> calls) {
        calls.forEach(call -> refused(status, code, call));
    }

    static List<Executable> ofAccount(ShareServiceClient files) {
        return List.of(files::getProperties, () -> files.setProperties(new ShareServiceProperties()));
    }

    /** On a share, but those on its policies, which no account SAS is for. */
    List<Executable> ofShare(ShareServiceClient files) {
        ShareClient home = files.getShareClient(share.getShareName());
        ShareLeaseClient held = lease(home, LEASE);
        return List.of(home::create, home::getProperties, () -> home.setQuota(5), () -> home.setMetadata(Map.of()), home::getStatistics,
                home::createSnapshot, () -> files.undeleteShare(share.getShareName(), "01D60F8BB59A4652"),
                () -> home.createPermission(SYSTEM_PERMISSION), () -> home.getPermission("1*1"), held::acquireLease, held::renewLease,
                () -> held.changeLease(OTHER_LEASE), held::releaseLease, held::breakLease, home::delete);
    }

    static List<Executable> ofDirectory(ShareDirectoryClient directory) {
        return List.of(directory::create, directory::getProperties, () -> directory.setProperties(new FileSmbProperties(), null),
                () -> directory.setMetadata(Map.of()), () -> directory.listHandles(null, false, null, Context.NONE).stream().count(),
                () -> directory.forceCloseAllHandles(false, null, Context.NONE), () -> directory.rename("e"), directory::delete);
    }

    static List<Executable> ofFile(ShareFileClient file, String source) {
        ShareLeaseClient held = lease(file, LEASE);
        return List.of(() -> file.create(1), () -> textOf(file), file::getProperties, () -> file.setProperties(1, null, null, null),
                () -> file.setMetadata(Map.of()), () -> file.uploadRange(stream("x"), 1), () -> file.clearRange(1),
                () -> file.uploadRangeFromUrl(1, 0, 0, source), () -> file.listRanges().stream().count(), () -> file.rename("g"),
                () -> FileCopyTest.copy(file, source, new ShareFileCopyOptions()), () -> file.abortCopy(LEASE), held::acquireLease,
                () -> held.changeLease(OTHER_LEASE), held::releaseLease, held::breakLease, () -> file.createSymbolicLink("f"),
                file::getSymbolicLink, () -> file.createHardLink("/f"), file::delete);
    }

    List<Executable> ofObjects(ShareServiceClient files, String source) {
        ShareDirectoryClient top = files.getShareClient(share.getShareName()).getRootDirectoryClient();
        List<Executable> calls = new ArrayList<>(ofDirectory(top.getSubdirectoryClient("d")));
        calls.addAll(ofFile(top.getFileClient("file"), source));
        return calls;
    }

    String sourceUrl() {
        file("from", "hello");
        return signed("from");
    }

    @Test
    void letters() {
        String source = sourceUrl();
        ShareServiceClient lister = ShareTest.account("l", "sco");
        ShareServiceClient reader = ShareTest.account("r", "sco");
        eachRefused(403, PERMISSION, ofAccount(lister));
        eachRefused(403, PERMISSION, ofShare(lister));
        eachRefused(403, PERMISSION, ofObjects(lister, source));
        refused(403, PERMISSION, () -> reader.listShares().stream().count());
        refused(403, PERMISSION, () -> names(reader.getShareClient(share.getShareName()).getRootDirectoryClient()));
    }

    @Test
    void types() {
        String source = sourceUrl();
        eachRefused(403, RESOURCE, ofAccount(ShareTest.account("rwdlc", "co")));
        eachRefused(403, RESOURCE, ofShare(ShareTest.account("rwdlc", "so")));
        eachRefused(403, RESOURCE, ofObjects(ShareTest.account("rwdlc", "sc"), source));
        ShareClient objects = ShareTest.account("rwdlc", "so").getShareClient(share.getShareName());
        refused(403, RESOURCE, () -> names(objects.getRootDirectoryClient()));
    }

    @Test
    void otherService() {
        ShareServiceClient other = withSas(FILES.generateAccountSas(new AccountSasSignatureValues(Env.inAnHour(),
                AccountSasPermission.parse("rwdlc"), new AccountSasService().setBlobAccess(true), AccountSasResourceType.parse("sco"))));
        refused(403, "AuthorizationServiceMismatch", () -> other.listShares().stream().count());
    }

    /** A SAS of a share is for what is in it. */
    @Test
    void shareItself() {
        ShareClient mine = withSas(share.generateSas(new ShareServiceSasSignatureValues(Env.inAnHour(), ShareSasPermission.parse("rcwdl"))))
                .getShareClient(share.getShareName());
        refused(403, "AuthorizationFailure", mine::create);
        refused(403, "AuthorizationFailure", mine::getProperties);
        refused(403, "AuthorizationFailure",
                () -> ShareTest.account("rwdlc", "sco").getShareClient(share.getShareName()).setAccessPolicy(List.of()));
    }
}
