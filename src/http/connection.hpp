#pragma once

#include <memory>
#include <string>

#include "http/channel.hpp"
#include "http/connection_group.hpp"
#include "http/head_parser.hpp"
#include "http/input_buffer.hpp"
#include "http/request_body.hpp"
#include "http/response_writer.hpp"
#include "http/server.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// What a listener knows about a connection it accepted.
struct Peer {
    std::string address;
    std::uint16_t local_port = 0;
};

/// One client: reads heads, asks the handler, sends answers, until either side has had enough. On its io thread only.
class HttpConnection final : public GroupMember {
  public:
    HttpConnection(IoThread& thread, std::unique_ptr<Transport> transport, const ServerOptions& options,
                   Handler& handler, Peer peer);

    /// The whole life of the connection. Never throws.
    Task<void> run();

    void finish() override;
    void cut() override { channel_.cut(); }

  private:
    enum class Head : std::uint8_t { ready, closed, too_large, too_slow, malformed };

    /// Everything before the first request. False: there will be none.
    Task<bool> open();
    Task<Head> read_head();
    /// Waits for the first byte of a request, in as little memory as possible.
    Task<Transfer> wait_for_request();
    void make_room();
    /// True: the connection may carry another request.
    Task<bool> answer();
    Task<void> refuse(ErrorCode code);
    /// Reads on and forgets for a while, so that a client that is still sending gets to see its answer.
    Task<void> linger();
    [[nodiscard]] bool can_keep(const Response& response) const;
    [[nodiscard]] bool can_shrink() const;
    void shrink();

    const ServerOptions& options_;
    Handler& handler_;
    const Peer peer_;
    Channel channel_;
    InputBuffer input_;
    RequestBody body_;
    ResponseWriter writer_;
    Request request_;
    Framing framing_;
    bool waiting_ = false;    // for the first byte of a request
    bool finishing_ = false;  // the server is about to stop
    bool busy_ = false;       // lately a read filled the smallest buffer
};

}  // namespace lazulite
