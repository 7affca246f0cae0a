#include "http/connection.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "http/io_thread.hpp"

namespace lazulite {
namespace {

using std::chrono::milliseconds;

/// A body nobody read is taken off the connection, up to here, so that the connection can go on.
constexpr std::uint64_t kDrainLimit = 64 * 1024 * 1024;
/// An answer up to this size is sent before an unread body is drained: it fits the socket's buffer, so a client that is
/// still sending cannot block it.
constexpr std::uint64_t kSmallAnswer = 64 * 1024;
/// An idle connection gives its larger buffers back after this time.
constexpr milliseconds kShrinkAfter{2000};

/// Whoever could not even say so would take the process along.
void note(std::string_view what, const char* problem) noexcept {
    insist([&] { log::error(std::string(what) + problem); });
}

}  // namespace

HttpConnection::HttpConnection(IoThread& thread, std::unique_ptr<Transport> transport, const ServerOptions& options,
                               Handler& handler, Peer peer)
    : options_(options),
      handler_(handler),
      peer_(std::move(peer)),
      channel_(thread, std::move(transport)),
      input_(thread.buffers()),
      body_(channel_, input_, options.body_timeout),
      writer_(channel_, options.write_timeout) {
    request_.body = &body_;
    request_.remote_address = peer_.address;
    request_.local_port = peer_.local_port;
}

void HttpConnection::finish() {
    finishing_ = true;
    if (waiting_) channel_.transport().cancel();
}

Task<void> HttpConnection::run() {
    try {
        bool more = co_await open();
        while (more) {
            const Head head = co_await read_head();
            more = false;
            switch (head) {
                case Head::ready: {
                    const bool keep = co_await answer();
                    more = keep;
                    break;
                }
                case Head::too_large:
                    co_await refuse(ErrorCode::request_header_fields_too_large);
                    break;
                case Head::too_slow:
                    co_await refuse(ErrorCode::request_timeout);
                    break;
                case Head::malformed:
                    co_await refuse(ErrorCode::bad_request);
                    break;
                case Head::closed:
                    break;
            }
        }
    } catch (const std::exception& problem) {
        note("a connection was given up: ", problem.what());
    } catch (...) {
        note("a connection was given up", "");
    }
}

Task<bool> HttpConnection::open() {
    if (channel_.transport().opened()) co_return true;
    waiting_ = true;
    channel_.expire_after(options_.header_timeout);
    bool opened = co_await channel_.open();
    std::unique_ptr<Transport> other = opened ? nullptr : channel_.transport().successor();
    if (other && !channel_.timed_out() && !finishing_) {
        channel_.go_on_with(std::move(other));
        opened = co_await channel_.open();  // by the same moment
    }
    channel_.never_expire();
    waiting_ = false;
    request_.secure = channel_.transport().secure();
    co_return opened && !finishing_;
}

Task<HttpConnection::Head> HttpConnection::read_head() {
    std::size_t seen = 0;
    bool begun = false;
    for (;;) {
        // RFC 9112, 2.2: an empty line before the request line is ignored.
        while (seen == 0 && input_.text().starts_with("\r\n")) input_.consume(2);
        const std::string_view text = input_.text();
        if (!text.empty()) {
            const std::size_t size = find_head(text, seen);
            if (size != 0 && size <= options_.header_limit) {
                channel_.never_expire();
                input_.consume(size);
                const bool sound = parse_head(text.substr(0, size), request_, framing_);
                if (!sound && framing_.too_many_fields) co_return Head::too_large;
                co_return sound ? Head::ready : Head::malformed;
            }
            if (text.size() >= options_.header_limit) co_return Head::too_large;
            if (hopeless_head(text, seen)) co_return Head::malformed;
            seen = text.size() > 1 ? text.size() : 0;
            if (!begun) channel_.expire_after(options_.header_timeout);
        }
        begun = !text.empty();
        make_room();
        Transfer got;
        if (begun)
            got = co_await channel_.read(input_.space());
        else
            got = co_await wait_for_request();
        if (begun && channel_.timed_out() && !channel_.was_cut()) co_return Head::too_slow;
        if (!got.done()) co_return Head::closed;
        if (got.bytes == input_.space().size()) busy_ = true;
        input_.filled(got.bytes);
    }
}

void HttpConnection::make_room() {
    input_.rewind();
    const bool too_small = busy_ && input_.capacity() == BufferPool::kSmall;
    if (too_small || input_.space().empty()) input_.move_to(input_.capacity() + 1);
}

Task<Transfer> HttpConnection::wait_for_request() {
    waiting_ = true;
    milliseconds left = options_.idle_timeout;
    Transfer got;
    if (can_shrink() && (left.count() == 0 || left > kShrinkAfter)) {
        channel_.expire_after(kShrinkAfter);
        got = co_await channel_.read(input_.space());
        if (!got.done() && channel_.timed_out() && !finishing_ && !channel_.was_cut()) {
            shrink();
            if (left.count() != 0) left -= kShrinkAfter;
        } else {
            waiting_ = false;
            co_return got;
        }
    }
    channel_.expire_after(left);
    got = co_await channel_.read(input_.space());
    waiting_ = false;
    co_return got;
}

bool HttpConnection::can_shrink() const {
    return input_.capacity() > BufferPool::kSmall || busy_;
}

void HttpConnection::shrink() {
    busy_ = false;
    input_.move_to(BufferPool::kSmall);
    writer_.shrink();
}

bool HttpConnection::can_keep(const Response& response) const {
    return framing_.keep_alive && !response.close && !finishing_ && !body_.withheld() && !body_.failed() &&
           body_.remaining() <= kDrainLimit;
}

Task<bool> HttpConnection::answer() {
    body_.begin(request_, framing_);
    std::optional<Response> response;
    try {
        Task<Response> asked = handler_.handle(request_);
        Response made = co_await std::move(asked);
        response.emplace(std::move(made));
    } catch (const std::exception& problem) {
        note("a request handler failed: ", problem.what());
    } catch (...) {
        note("a request handler failed", "");
    }
    co_await channel_.return_home();
    if (!response) {
        response.emplace(handler_.refuse(ErrorCode::internal_error));
        response->close = true;
    }
    const int status = response->status;
    if (channel_.was_cut() || (body_.failed() && !body_.malformed())) {
        response.reset();
        handler_.sent(request_, status, 0);
        co_return false;
    }

    const bool head_only = request_.method == Method::head;
    const bool until_close = framing_.http10 && response->content_length == kUnknownLength;
    bool keep = can_keep(*response) && !until_close;
    if (keep && !body_.complete() && !head_only && response->content_length > kSmallAnswer) {
        keep = co_await body_.discard(kDrainLimit, options_.linger_timeout);
    }
    const Persistence persistence = until_close       ? Persistence::until_close
                                    : !keep           ? Persistence::close
                                    : framing_.http10 ? Persistence::keep_alive_http10
                                                      : Persistence::keep_alive;
    const ResponseWriter::Outcome outcome = co_await writer_.send(*response, head_only, persistence);
    response.reset();
    handler_.sent(request_, status, outcome.body_bytes);
    if (!outcome.whole) co_return false;

    if (keep && !body_.complete()) keep = co_await body_.discard(kDrainLimit, options_.linger_timeout);
    const bool unread = !body_.complete();
    body_.finish();
    if (!keep && (unread || !input_.empty())) co_await linger();
    co_return keep && !finishing_;
}

Task<void> HttpConnection::refuse(ErrorCode code) {
    Response response = handler_.refuse(code);
    const ResponseWriter::Outcome outcome = co_await writer_.send(response, false, Persistence::close);
    if (outcome.whole) co_await linger();
}

Task<void> HttpConnection::linger() {
    channel_.transport().shutdown_send();
    channel_.expire_after(options_.linger_timeout);
    const Buffer bin = channel_.buffers().take(BufferPool::kMedium);
    bool more = !channel_.was_cut();
    while (more) {
        const Transfer got = co_await channel_.read(bin.bytes());
        more = got.done() && !channel_.timed_out();
    }
    channel_.never_expire();
}

}  // namespace lazulite
