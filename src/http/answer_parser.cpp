#include "http/answer_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace lazulite {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::uint32_t kMostHeadBytes = 64 << 10;
/// The end of a body in chunks, without trailers. Once Beast has seen its first line, it asserts that the rest has come too.
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kFirstLine = kLastChunk.substr(0, 3);

std::string_view text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

class AnswerParser::Impl final : public beast_http::basic_parser<false> {
  public:
    explicit Impl(bool head_only) {
        header_limit(kMostHeadBytes);
        body_limit(boost::none);
        eager(true);
        skip(head_only);
    }

    Head head;
    std::string* body = nullptr;

  private:
    using Code = boost::system::error_code;

    void on_request_impl(beast_http::verb /*verb*/, boost::beast::string_view /*method*/,
                         boost::beast::string_view /*target*/, int /*version*/, Code& /*problem*/) override {}
    void on_response_impl(int status, boost::beast::string_view reason, int /*version*/, Code& /*problem*/) override {
        head.status = status;
        head.reason = text_of(reason);
    }
    void on_field_impl(beast_http::field /*field*/, boost::beast::string_view name, boost::beast::string_view value,
                       Code& /*problem*/) override {
        head.fields.add(text_of(name), text_of(value));
    }
    void on_header_impl(Code& /*problem*/) override {
        if (content_length()) head.length = *content_length();
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, Code& /*problem*/) override {}
    std::size_t on_body_impl(boost::beast::string_view bytes, Code& /*problem*/) override {
        body->append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t /*size*/, boost::beast::string_view /*extensions*/, Code& /*problem*/) override {}
    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, boost::beast::string_view bytes, Code& /*problem*/) override {
        body->append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(Code& /*problem*/) override {}
};

AnswerParser::AnswerParser(bool head_only) : impl_(std::make_unique<Impl>(head_only)) {}
AnswerParser::~AnswerParser() = default;

bool AnswerParser::put(std::string_view bytes, std::size_t& taken, std::string& body) {
    taken = 0;
    if (waiting_ && bytes.size() < kLastChunk.size() && bytes.starts_with(kFirstLine)) return true;
    impl_->body = &body;
    boost::system::error_code problem;
    taken = impl_->put({bytes.data(), bytes.size()}, problem);
    const bool more = problem == beast_http::error::need_more;
    waiting_ = more && taken != bytes.size();
    return !problem || more;
}

bool AnswerParser::end() {
    if (!impl_->is_header_done()) return false;
    boost::system::error_code problem;
    impl_->put_eof(problem);
    return !problem && impl_->is_done();
}

const AnswerParser::Head* AnswerParser::head() const { return impl_->is_header_done() ? &impl_->head : nullptr; }
bool AnswerParser::done() const { return impl_->is_done(); }

}  // namespace lazulite
