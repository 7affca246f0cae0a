#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lazulite::bench {

/// What the head of a request says, before anything is encoded or signed.
struct HeadSpec {
    std::string method = {};
    std::string path = {};                           // needs no encoding
    std::map<std::string, std::string> query = {};   // decoded, names in lower case where they are signed
    std::map<std::string, std::string> x_ms = {};    // headers that start with x-ms-, in lower case
    std::map<std::string, std::string> others = {};  // other headers, but for Content-Length
    std::optional<std::uint64_t> content_length = {};
};

/// What a key signs depends on the service.
enum class SharedKeyForm { blob_and_queue, table };

/// Who asks: a SAS that is appended to the query, or an account key (base64) that signs; neither is possible too.
struct Credentials {
    std::string sas;
    std::string account;
    std::string key;
    SharedKeyForm form = SharedKeyForm::blob_and_queue;
};

/// Renders request heads, from the request line to the empty line, ready to send.
class HeadWriter {
  public:
    HeadWriter(std::string host, std::string version, const Credentials& credentials, bool close = false);

    /// Signing costs a few microseconds and uses the present time, so measured loops render their heads in advance.
    [[nodiscard]] std::string write(HeadSpec spec) const;

  private:
    [[nodiscard]] std::string shared_key(const HeadSpec& spec) const;

    std::string host_;
    std::string version_;
    std::string sas_;
    std::string account_;
    std::string key_;  // decoded
    SharedKeyForm form_;
    bool close_;
};

}  // namespace lazulite::bench
