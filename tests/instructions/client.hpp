#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <string>

namespace instructions {

/// One connection to an emulator in this process. Its turns come on the io thread itself, when that has nothing to do and
/// is about to wait for events: then the answer is there, and the next request is sent before the wait. So no other thread
/// takes part, and the server always finds the same things in the same order. What the client does is not counted.
class Client {
  public:
    /// Takes each answer and returns the bytes of the next request; nothing: that was all. May throw.
    using Next = std::function<std::string(const std::string& answer)>;

    explicit Client(std::uint16_t port);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Returns when `next` has returned nothing; throws what it threw.
    void talk(const std::string& first, Next next);

    /// On the io thread.
    void take_turn();

  private:
    void send(const std::string& request) const;
    [[nodiscard]] bool receive();

    int socket_;
    Next next_;
    std::string answer_;
    std::promise<void> ended_;
};

}  // namespace instructions
