#include "datalake/ops/rename_source.hpp"

#include <algorithm>

#include "auth/sas_fields.hpp"
#include "blob/domain/names.hpp"
#include "datalake/ops/path.hpp"
#include "service/copy_source.hpp"
#include "wire/uri.hpp"

namespace lazulite::datalake {
namespace {

/// A path leaves its place, which a SAS may allow as moving or as deleting it.
constexpr Needs kToMoveAway = writes(ResourceType::object, "mdw");

struct NamedSource {
    std::string path;  ///< decoded, with the filesystem, without the account
    std::string_view query;
};

bool is_uri_character(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\'; }

Result<NamedSource> read_header(const Exchange& x) {
    const std::string_view text = x.request.fields.value_or_empty("x-ms-rename-source");
    if (!text.starts_with('/') || !std::all_of(text.begin(), text.end(), is_uri_character)) {
        return fail(ErrorCode::invalid_source_uri);
    }
    const std::size_t end = std::min(text.find('?'), text.size());
    const auto decoded = percent_decode(text.substr(0, end));
    if (!decoded) return fail(ErrorCode::invalid_source_uri);
    NamedSource named{normal_path(*decoded), text.substr(std::min(end + 1, text.size()))};
    // Go and JavaScript take the path of their URL, which names the account where the emulator's do.
    const std::string account = x.target.account + '/';
    const bool whole = x.target.path_style && named.path.starts_with(account) &&
                       std::count(named.path.begin(), named.path.end(), '/') > 1;
    if (whole) named.path.erase(0, account.size());
    return named;
}

/// Whether the caller may take the source away: by the SAS behind it, or by what authorizes the request itself.
Result<> authorize(const Exchange& x, const RenameSource& source, std::string_view query) {
    const auto parsed = Query::parse(query);
    if (!parsed) return fail(ErrorCode::invalid_source_uri);
    const Identity::Kind kind = x.identity.kind();
    const bool by_sas = kind == Identity::Kind::account_sas || kind == Identity::Kind::service_sas;
    if (!is_sas(*parsed) && !by_sas) return {};
    Request asked = x.request;
    asked.path = {};
    if (is_sas(*parsed)) {
        // Then nothing else speaks for the source.
        asked.query = query;
        asked.fields.clear();
        for (const FieldViews::Field& field : x.request.fields) {
            if (!equals_ignoring_case(field.name, "Authorization")) asked.fields.add(field.name, field.value);
        }
    }
    Target target = x.target;
    target.container = source.filesystem;
    target.name = source.path;
    return x.sources->authorize(asked, target, kToMoveAway);
}

Result<RenameSource> source_of(const NamedSource& named) {
    const std::size_t slash = named.path.find('/');
    if (slash == std::string::npos) return fail(ErrorCode::invalid_source_uri);
    RenameSource source{named.path.substr(0, slash), named.path.substr(slash + 1)};
    if (!blob::check_container_name(source.filesystem)) return fail(ErrorCode::invalid_source_uri);
    return source;
}

}  // namespace

Result<RenameSource> rename_source(const Exchange& x) {
    LAZ_TRY(const NamedSource named, read_header(x));
    LAZ_TRY(RenameSource source, source_of(named));
    LAZ_CHECK(authorize(x, source, named.query));
    return source;
}

Result<RenameSource> named_source(const Exchange& x) {
    LAZ_TRY(const NamedSource named, read_header(x));
    return source_of(named);
}

}  // namespace lazulite::datalake
