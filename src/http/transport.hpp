#pragma once

#include <sys/uio.h>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace lazulite {

/// Bytes that one connection moves before the others of its thread get their turn.
inline constexpr std::size_t kTurn = 1024 * 1024;

/// What came of one attempt to move bytes.
struct Transfer {
    enum class State : std::uint8_t {
        done,         ///< `bytes` moved, at least one
        would_block,  ///< nothing now
        ended,        ///< the peer has finished sending (read), the file is shorter than that (send_file)
        failed,       ///< the connection is gone, or was cancelled
        unsupported,  ///< send_file does not work here
    };
    State state = State::failed;
    std::size_t bytes = 0;

    [[nodiscard]] bool done() const { return state == State::done; }
};

/// Who waits for an operation, and what it brought.
struct Completion {
    std::coroutine_handle<> waiter;
    Transfer transfer;
};

/// A connected byte stream: plain TCP, or TLS over it. Used on its io thread only. At most one read and one wait for
/// writing at a time; a Completion stays in place until its waiter is resumed, which never happens inside the call.
class Transport {
  public:
    virtual ~Transport() = default;

    /// Whether bytes of HTTP may come and go. Until then only start_open may be called: it does what stands before them (a
    /// TLS handshake; finding out by its first byte what a client speaks), and completes with `done`.
    [[nodiscard]] virtual bool opened() const = 0;
    virtual void start_open(Completion& completion) = 0;
    /// After start_open, where it is still not opened: the same connection as another protocol, which takes its place. Null
    /// where there is none.
    [[nodiscard]] virtual std::unique_ptr<Transport> successor() { return nullptr; }
    /// Nobody in between can read along.
    [[nodiscard]] virtual bool secure() const = 0;

    /// At once: what is there, up to the size of `into`.
    virtual Transfer read(std::span<std::byte> into) = 0;
    /// The same, but waits for the first byte.
    virtual void start_read(std::span<std::byte> into, Completion& completion) = 0;
    /// At once: what fits. `more`: further bytes follow immediately.
    virtual Transfer write(std::span<const iovec> pieces, bool more) = 0;
    virtual Transfer send_file(int fd, std::uint64_t offset, std::size_t length) = 0;
    /// Completes with `done` when writing may be tried again.
    virtual void start_wait_writable(Completion& completion) = 0;

    /// Tells the peer that nothing more will be sent.
    virtual void shutdown_send() = 0;
    /// What is waiting completes with `failed`.
    virtual void cancel() = 0;
    /// Cancels, and closes the socket.
    virtual void close() = 0;
};

}  // namespace lazulite
