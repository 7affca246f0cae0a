#include "response_parser.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace lazulite::bench {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kMaxHead = 64 * 1024;

bool same_word(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::uint64_t parse_number(std::string_view text, int base) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end == text.data())
        throw std::runtime_error("bad number in response: " + std::string(text));
    return number;
}

int parse_status(std::string_view line) {
    if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) {
        throw std::runtime_error("not HTTP/1.1: " + std::string(line.substr(0, 60)));
    }
    return static_cast<int>(parse_number(line.substr(9, 3), 10));
}

}  // namespace

void ResponseParser::reset(bool to_head) {
    state_ = State::head;
    partial_.clear();
    length_.reset();
    left_ = 0;
    chunked_ = false;
    to_head_ = to_head;
    keeps_alive_ = true;
}

std::size_t ResponseParser::feed(std::string_view bytes, ResponseSink& sink) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        const std::string_view rest = bytes.substr(used);
        switch (state_) {
            case State::head:
                used += feed_head(rest, sink);
                break;
            case State::body:
            case State::chunk:
                used += feed_data(rest, sink);
                break;
            case State::chunk_size:
            case State::chunk_end:
            case State::trailer:
                used += feed_line(rest);
                break;
            case State::done:
                break;
        }
    }
    return used;
}

std::size_t ResponseParser::feed_head(std::string_view bytes, ResponseSink& sink) {
    // The usual case: the whole head is in this piece, and nothing is copied.
    if (partial_.empty()) {
        const auto end = bytes.find(kHeadEnd);
        if (end != std::string_view::npos) {
            parse_head(bytes.substr(0, end), sink);
            return end + kHeadEnd.size();
        }
    }
    const std::size_t before = partial_.size();
    partial_.append(bytes);
    const auto end = partial_.find(kHeadEnd, before < kHeadEnd.size() ? 0 : before - kHeadEnd.size());
    if (end == std::string::npos) {
        if (partial_.size() > kMaxHead) throw std::runtime_error("response head without an end");
        return bytes.size();
    }
    const std::string head = partial_.substr(0, end);
    partial_.clear();
    parse_head(head, sink);
    return end + kHeadEnd.size() - before;
}

void ResponseParser::parse_head(std::string_view head, ResponseSink& sink) {
    auto line_end = std::min(head.find("\r\n"), head.size());
    const int status = parse_status(head.substr(0, line_end));
    while (line_end < head.size()) {
        head.remove_prefix(line_end + 2);
        line_end = std::min(head.find("\r\n"), head.size());
        parse_header(head.substr(0, line_end), sink);
    }
    if (status < 200) return reset(to_head_);  // 100 Continue and its kind: the real head follows
    if (status == 204 || status == 304 || to_head_) {
        length_ = 0;
        chunked_ = false;
    }
    if (!length_ && !chunked_) throw std::runtime_error("response has neither Content-Length nor chunks");
    sink.on_head(status, length_);
    left_ = length_.value_or(0);
    if (chunked_) {
        state_ = State::chunk_size;
    } else {
        state_ = left_ == 0 ? State::done : State::body;
    }
}

void ResponseParser::parse_header(std::string_view line, ResponseSink& sink) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw std::runtime_error("header without a colon: " + std::string(line));
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (same_word(name, "Content-Length")) {
        length_ = parse_number(value, 10);
    } else if (same_word(name, "Transfer-Encoding")) {
        chunked_ = same_word(value, "chunked");
    } else if (same_word(name, "Connection")) {
        keeps_alive_ = !same_word(value, "close");
    }
    sink.on_header(name, value);
}

std::size_t ResponseParser::feed_line(std::string_view bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
        partial_.append(bytes);
        return bytes.size();
    }
    partial_.append(bytes.substr(0, end));
    if (!partial_.empty() && partial_.back() == '\r') partial_.pop_back();
    const std::string line = std::move(partial_);
    partial_.clear();
    on_line(line);
    return end + 1;
}

void ResponseParser::on_line(std::string_view line) {
    if (state_ == State::chunk_size) {
        left_ = parse_number(line, 16);
        state_ = left_ == 0 ? State::trailer : State::chunk;
    } else if (state_ == State::chunk_end) {
        state_ = State::chunk_size;
    } else if (line.empty()) {
        state_ = State::done;
    }
}

std::size_t ResponseParser::feed_data(std::string_view bytes, ResponseSink& sink) {
    const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
    sink.on_body(bytes.substr(0, taken));
    left_ -= taken;
    if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_end : State::done;
    return taken;
}

}  // namespace lazulite::bench
