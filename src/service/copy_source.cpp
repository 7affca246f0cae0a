#include "service/copy_source.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/packed.hpp"
#include "service/from_url.hpp"
#include "service/response_reader.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kCopiesAnyUrl{2012, 2, 12};
constexpr std::size_t kLongestUrl = 2048;
constexpr std::string_view kAllowTrailingDot = "x-ms-allow-trailing-dot";

enum Saved : std::uint8_t { kUrl = 1, kVersion, kTrustedAccount, kRemoteAddress, kLocalPort, kSurface, kTrailingDot };

StorageError bad_source(std::string_view header, std::string_view value) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", header).with("HeaderValue", value);
}

StorageError no_answer(const OutgoingProblem& problem) {
    const bool forbidden = problem.kind == OutgoingProblem::Kind::forbidden;
    return StorageError(ErrorCode::cannot_verify_copy_source)
        .with_status(forbidden ? 403 : 500)
        .saying("Could not verify the copy source: " + problem.text + ".");
}

/// The key that the source was encrypted with; the intent with which a file is read, and how its name is. Reference: "Put Blob From
/// URL", "Copy File", request headers.
Result<Fields> forwarded(const Request& request) {
    constexpr std::pair<std::string_view, std::string_view> kKey[] = {
        {"x-ms-source-encryption-key", "x-ms-encryption-key"},
        {"x-ms-source-encryption-key-sha256", "x-ms-encryption-key-sha256"},
        {"x-ms-source-encryption-algorithm", "x-ms-encryption-algorithm"},
    };
    constexpr std::string_view kIntent = "x-ms-file-request-intent";
    Fields fields;
    const bool keyed = std::any_of(std::begin(kKey), std::end(kKey), [&](const auto& h) { return request.fields.has(h.first); });
    for (const auto& [name, sent] : kKey) {
        if (!keyed) break;
        const std::string_view value = request.fields.value_or_empty(name);
        if (value.empty()) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", name));
        fields.add(sent, value);
    }
    if (const auto intent = request.fields.find(kIntent)) {
        if (!equals_ignoring_case(*intent, "backup")) return fail(bad_source(kIntent, *intent));
        fields.add(kIntent, *intent);
    }
    if (equals_ignoring_case(request.fields.value_or_empty("x-ms-source-allow-trailing-dot"), "true")) {
        fields.add(kAllowTrailingDot, "true");
    }
    return fields;
}

/// Whether the caller, who may read all of its own account anyway, needs nothing else for a source there. What another
/// service has must be signed, or public, whoever asks; so must what a blob or a file is written with "From URL".
/// Reference: "Copy Blob From URL", "Put Blob From URL", "Put Block From URL", "Put Range From URL", x-ms-copy-source.
bool trusts(const Exchange& x, const Target& source) {
    // Blob and Data Lake are two faces of the same data.
    const auto data = [](ServiceKind kind) { return kind == ServiceKind::dfs ? ServiceKind::blob : kind; };
    if (data(source.service) != data(x.target.service) || is_from_url(x)) return false;
    if (x.identity.kind() == Identity::Kind::owner) return true;
    // With a token it takes a role that may read the source.
    constexpr Needs kRead = reads(ResourceType::object, "r");
    return x.identity.kind() == Identity::Kind::bearer &&
           x.identity.before(source.container).may(kRead, sas_letter(source.service), x.version);
}

}  // namespace

Result<std::shared_ptr<const CopySource>> CopySource::of(const Exchange& x, std::string_view header) {
    std::string text(x.request.fields.value_or_empty(header));
    if (text.empty()) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", header));
    if (text.size() > kLongestUrl || x.sources == nullptr) return fail(bad_source(header, text));
    if (x.version < kCopiesAnyUrl) {
        const std::string own = "/" + x.target.account + "/";
        if (!text.starts_with('/')) return fail(bad_source(header, text));
        if (!text.starts_with(own)) return fail(ErrorCode::copy_across_accounts_not_supported);
        text = x.target.endpoint() + text.substr(own.size());
    }
    std::shared_ptr<CopySource> source(new CopySource());
    if (!source->read_url(text)) return fail(bad_source(header, text));
    source->remote_address_ = x.request.remote_address;
    source->local_port_ = x.request.local_port;
    source->version_ = x.version;
    source->sources_ = x.sources;
    source->authorization_ = x.request.fields.value_or_empty("x-ms-copy-source-authorization");
    LAZ_TRY(source->forwarded_, forwarded(x.request));
    if (const auto at = x.sources->own(*parse_absolute_url(text), x)) source->find_here(*at);
    source->tells_not_modified_ = is_from_url(x) && x.target.service == ServiceKind::blob;
    if (source->here_ && trusts(x, *source->here_)) source->trusted_account_ = x.target.account;
    return std::shared_ptr<const CopySource>(std::move(source));
}

bool CopySource::read_url(std::string text) {
    const auto url = parse_absolute_url(text);
    if (!url) return false;
    auto query = Query::parse(url->query);
    if (!query) return false;
    path_ = source_path(*url);
    query_text_ = url->query;
    query_ = *std::move(query);
    host_ = url->authority;
    secure_ = url->secure;
    url_ = std::move(text);
    return true;
}

void CopySource::find_here(ServiceKind at) {
    at_ = at;
    Request request;
    request.path = path_;
    request.query = query_text_;
    request.secure = secure_;
    request.fields.add("Host", host_);
    // What names nothing here is told when it is asked for.
    if (auto here = sources_->locate(request, at)) {
        here_ = *std::move(here);
        here_->host = {};
    } else {
        here_.emplace();
    }
}

std::string CopySource::saved() const {
    PackedWriter packed;
    packed.put(kUrl, url_);
    packed.put(kVersion, version_.text());
    packed.put(kTrustedAccount, trusted_account_);
    packed.put(kRemoteAddress, remote_address_);
    packed.put_integer(kLocalPort, local_port_);
    if (here_) packed.put_integer(kSurface, static_cast<std::uint64_t>(at_) + 1);
    if (forwarded_.find(kAllowTrailingDot)) packed.put_integer(kTrailingDot, 1);
    return packed.take();
}

std::shared_ptr<const CopySource> CopySource::restored(std::string_view saved, Sources& sources) {
    std::shared_ptr<CopySource> source(new CopySource());
    source->sources_ = &sources;
    std::string url;
    std::optional<ServiceKind> at;
    PackedReader packed(saved);
    while (const auto entry = packed.next()) {
        switch (entry->tag) {
            case kUrl: url = entry->value; break;
            case kVersion: source->version_ = ServiceVersion::parse(entry->value).value_or(source->version_); break;
            case kTrustedAccount: source->trusted_account_ = entry->value; break;
            case kRemoteAddress: source->remote_address_ = entry->value; break;
            case kLocalPort: source->local_port_ = static_cast<std::uint16_t>(entry->integer()); break;
            case kSurface: at = static_cast<ServiceKind>(entry->integer() - 1); break;
            case kTrailingDot: source->forwarded_.add(kAllowTrailingDot, "true"); break;
            default: break;
        }
    }
    if (!source->read_url(std::move(url))) return nullptr;
    if (at) source->find_here(*at);
    return source;
}

std::string source_path(const Url& url) {
    std::string path(url.path);
    for (std::size_t at = 0; (at = path.find('%', at)) != std::string::npos; ++at) {
        if (equals_ignoring_case(std::string_view(path).substr(at, 3), "%2F")) path.replace(at, 3, "/");
    }
    return path;
}

std::string CopySource::shown_url() const {
    const std::size_t question = url_.find('?');
    if (question == std::string::npos) return url_;
    return url_.substr(0, question + 1) + without_signature(std::string_view(url_).substr(question + 1));
}

Task<Result<OutgoingAnswer>> CopySource::ask(Method method, std::string_view more, Fields fields) const {
    std::string query = query_text_;
    if (!more.empty()) query.append(query.empty() ? "" : "&").append(more);
    Result<OutgoingAnswer> answer = co_await send(method, path_, query, std::move(fields), trusted_account_);
    co_return answer;
}

Task<Result<OutgoingAnswer>> CopySource::ask_container(const std::string& query, Fields fields) const {
    if (!here_) co_return fail(ErrorCode::cannot_verify_copy_source);
    std::size_t end = path_.find('/', 1);
    if (here_->path_style && end != std::string::npos) end = path_.find('/', end + 1);
    const std::string path = path_.substr(0, end);
    Result<OutgoingAnswer> answer = co_await send(Method::get, path, query, std::move(fields), here_->account);
    co_return answer;
}

Task<Result<OutgoingAnswer>> CopySource::send(Method method, const std::string& path, const std::string& query, Fields fields,
                                              std::string_view trusted_account) const {
    fields.add("x-ms-version", version_.text());
    for (const auto& [name, value] : views_of(forwarded_)) fields.add(name, value);
    if (!authorization_.empty()) fields.add("Authorization", authorization_);
    if (here_) {
        Result<OutgoingAnswer> answer = co_await ask_here(method, path, query, fields, trusted_account);
        co_return answer;
    }
    Outgoing* const outgoing = sources_->outgoing();
    if (outgoing == nullptr) co_return fail(ErrorCode::cannot_verify_copy_source);
    OutgoingRequest request{method, std::string(secure_ ? "https://" : "http://") + host_ + path, std::move(fields), {}};
    if (!query.empty()) request.url.append("?").append(query);
    auto answer = co_await outgoing->ask(std::move(request));
    if (!answer) co_return fail(no_answer(answer.error()));
    co_return *std::move(answer);
}

Task<Result<OutgoingAnswer>> CopySource::ask_here(Method method, const std::string& path, const std::string& query,
                                                  const Fields& fields, std::string_view trusted_account) const {
    NoBody nothing;
    Request request;
    request.method = method;
    request.method_text = to_string(method);
    request.path = path;
    request.query = query;
    request.body = &nothing;
    request.remote_address = remote_address_;
    request.local_port = local_port_;
    request.secure = secure_;
    request.fields.add("Host", host_);
    for (const auto& [name, value] : views_of(fields)) request.fields.add(name, value);
    Response response = co_await sources_->answer_source(request, at_, trusted_account);
    OutgoingAnswer answer;
    answer.status = response.status;
    answer.reason = response.reason;
    answer.fields = response.fields;
    if (response.content_length != kUnknownLength) answer.length = response.content_length;
    answer.body = reader_of(std::move(response));
    co_return answer;
}

Task<Result<OutgoingAnswer>> CopySource::fetch(Method method, std::string_view more, Fields fields) const {
    LAZ_CO_TRY(OutgoingAnswer answer, co_await ask(method, more, std::move(fields)));
    if (answer.status / 100 == 2) co_return answer;
    if (answer.status == 304 && tells_not_modified_) {
        co_return fail(StorageError(ErrorCode::cannot_verify_copy_source).with_status(304).saying(answer.reason));
    }
    if (answer.status == 412 || answer.status == 304) co_return fail(ErrorCode::source_condition_not_met);
    co_return fail(refused_by_source(answer.status, answer.reason, answer.fields.find("x-ms-error-code").value_or("")));
}

Fields source_conditions(const Request& request) {
    constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
        {"x-ms-source-if-match", "If-Match"},
        {"x-ms-source-if-none-match", "If-None-Match"},
        {"x-ms-source-if-modified-since", "If-Modified-Since"},
        {"x-ms-source-if-unmodified-since", "If-Unmodified-Since"},
        {"x-ms-source-if-tags", "x-ms-if-tags"},
    };
    Fields fields;
    for (const auto& [name, asked] : kHeaders) {
        if (const auto value = request.fields.find(name); value && !value->empty()) fields.add(asked, *value);
    }
    return fields;
}

FieldViews views_of(const Fields& fields) {
    FieldViews views;
    std::string_view rest = fields.text();
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        const std::size_t colon = line.find(": ");
        views.add(line.substr(0, colon), line.substr(colon + 2));
        rest.remove_prefix(line.size() + 2);
    }
    return views;
}

StorageError refused_by_source(int status, std::string_view reason, std::string_view error_code) {
    constexpr int kLeastError = 400;
    const std::string number = std::to_string(status);
    StorageError error(ErrorCode::cannot_verify_copy_source);
    if (status >= kLeastError) error = std::move(error).with_status(status);
    if (!reason.empty()) error = std::move(error).saying(reason);
    error = std::move(error).with("CopySourceStatusCode", number).with_header("x-ms-copy-source-status-code", number);
    if (!error_code.empty()) {
        error = std::move(error).with("CopySourceErrorCode", error_code).with_header("x-ms-copy-source-error-code", error_code);
    }
    return reason.empty() ? error : std::move(error).with("CopySourceErrorMessage", reason);
}

}  // namespace lazulite
