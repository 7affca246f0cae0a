#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/task.hpp"
#include "service/exchange.hpp"
#include "service/target.hpp"
#include "wire/message.hpp"
#include "wire/outgoing.hpp"
#include "wire/range.hpp"
#include "wire/uri.hpp"
#include "wire/url.hpp"

namespace lazulite {

/// Answers requests for the sources of copies. Any thread; outlives all of them.
class Sources {
  public:
    virtual ~Sources() = default;
    /// The surface of this very server that a URL leads to: by a loopback address or name and one of its ports, or by the
    /// host that the client itself came by. Nothing: another server.
    [[nodiscard]] virtual std::optional<ServiceKind> own(const Url& url, const Exchange& asking) const = 0;
    /// What a URL of that surface names. Fails as a request of it would.
    [[nodiscard]] virtual Result<Target> locate(const Request& source, ServiceKind at) const = 0;
    /// As if the request had come to that surface; but where it has no credentials of its own, the owner of
    /// `trusted_account` needs none for that account.
    virtual Task<Response> answer_source(Request& source, ServiceKind at, std::string_view trusted_account) = 0;
    /// Whether a request with these credentials, which itself names something else, may do what needs that with `target`, a
    /// thing of the same account and surface. Fails as a request of it would.
    [[nodiscard]] virtual Result<> authorize(const Request& request, const Target& target, const Needs& needs) const = 0;
    /// Null: other servers are never asked.
    [[nodiscard]] virtual Outgoing* outgoing() const = 0;
};

/// What x-ms-copy-source names: something on this server, which is asked in process and authorizes as any request of that
/// URL, or something elsewhere. Outlives the request that named it. Reference: "Copy Blob", request headers, authorization.
class CopySource {
  public:
    /// Reads x-ms-copy-source (before version 2012-02-12 a path, "/account/container/blob", of the same account) and, for
    /// operations that have it, x-ms-copy-source-authorization. A caller with Shared Key or a bearer token needs nothing
    /// else for what is in the same service of the same account, unless something is written "From URL"; with a token it is
    /// for what its roles may read. Fails with missing_required_header, invalid_header_value,
    /// copy_across_accounts_not_supported. x-ms-source-encryption-key and its kin, which come whole, else
    /// missing_required_header, x-ms-source-allow-trailing-dot and x-ms-file-request-intent go on to the source.
    [[nodiscard]] static Result<std::shared_ptr<const CopySource>> of(const Exchange& x,
                                                                      std::string_view header = "x-ms-copy-source");

    /// What a later run of the server needs to ask the same source: a secret where the URL has a signature. An authorization
    /// of its own is not among it.
    [[nodiscard]] std::string saved() const;
    /// Null: nobody saved that.
    [[nodiscard]] static std::shared_ptr<const CopySource> restored(std::string_view saved, Sources& sources);

    /// As x-ms-copy-source shows it: without its signature.
    [[nodiscard]] std::string shown_url() const;
    [[nodiscard]] const std::string& url() const { return url_; }
    /// What it names where this server has it, else nothing.
    [[nodiscard]] const std::optional<Target>& here() const { return here_; }
    [[nodiscard]] const Query& query() const { return query_; }

    /// A request to it; `more` is added to the query. A status is no failure. Fails with cannot_verify_copy_source where
    /// nobody answers.
    Task<Result<OutgoingAnswer>> ask(Method method, std::string_view more, Fields fields) const;
    /// The same, and the answer is a success. Fails with cannot_verify_copy_source, with the status of the source and what
    /// it said, or source_condition_not_met; of a blob that is written "From URL" a 304 of the source is told as such.
    Task<Result<OutgoingAnswer>> fetch(Method method, std::string_view more, Fields fields) const;
    /// A read of the container or share on this server that it stands in, for what an answer of the source itself only names:
    /// that needs no permission of its own. Fails with cannot_verify_copy_source for what is elsewhere.
    Task<Result<OutgoingAnswer>> ask_container(const std::string& query, Fields fields) const;

  private:
    CopySource() = default;
    /// Takes the URL apart; false where it is none.
    [[nodiscard]] bool read_url(std::string text);
    void find_here(ServiceKind at);
    Task<Result<OutgoingAnswer>> send(Method method, const std::string& path, const std::string& query, Fields fields,
                                      std::string_view trusted_account) const;
    Task<Result<OutgoingAnswer>> ask_here(Method method, const std::string& path, const std::string& query,
                                          const Fields& fields, std::string_view trusted_account) const;

    std::string url_;
    std::string path_;   ///< encoded
    std::string query_text_;
    Query query_;
    std::string host_;
    bool secure_ = false;
    std::optional<Target> here_;
    ServiceKind at_ = ServiceKind::blob;
    std::string trusted_account_;
    bool tells_not_modified_ = false;
    std::string authorization_;
    Fields forwarded_;  ///< what the source is told beside what an operation asks
    std::string remote_address_;
    std::uint16_t local_port_ = 0;
    ServiceVersion version_{2009, 9, 19};
    Sources* sources_ = nullptr;
};

/// The path of a source, in which an encoded slash divides as a plain one does: Java's SDK encodes them all.
[[nodiscard]] std::string source_path(const Url& url);

/// x-ms-source-if-match and the like, as the headers by which the source is asked.
[[nodiscard]] Fields source_conditions(const Request& request);

/// The fields of an answer as those of a request are seen; they live as long as `fields`.
[[nodiscard]] FieldViews views_of(const Fields& fields);

/// What a source said when it refused, as the caller is told. Reference: "Copy Blob", and the error elements that newer
/// versions have.
[[nodiscard]] StorageError refused_by_source(int status, std::string_view reason, std::string_view error_code);

}  // namespace lazulite
