#include "azurite/document.hpp"

#include "azurite/walk.hpp"
#include "wire/date.hpp"

namespace lazulite::azurite {

void refuse(const std::string& where, const std::string& what) { throw std::runtime_error(where + ": " + what); }

std::optional<Document> Document::find(const char* member) const {
    if (!value_->is_object()) refuse(where_, "is no object");
    const auto found = value_->find(member);
    if (found == value_->end() || found->is_null()) return std::nullopt;
    return Document(*found, where_ + ", " + member);
}

Document Document::at(const char* member) const {
    if (auto found = find(member)) return *std::move(found);
    refuse(where_, std::string(member) + " is missing");
}

std::string Document::text() const {
    if (!value_->is_string()) refuse(where_, "is no text");
    return value_->get<std::string>();
}

std::uint64_t Document::number() const {
    if (!value_->is_number_unsigned()) refuse(where_, "is no whole number");
    return value_->get<std::uint64_t>();
}

bool Document::flag() const {
    if (!value_->is_boolean()) refuse(where_, "is neither true nor false");
    return value_->get<bool>();
}

Instant Document::time() const {
    constexpr std::uint64_t kLastMillisecond = 253'402'300'799'999;  // of the year 9999
    if (value_->is_number_unsigned() && number() <= kLastMillisecond) {
        return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(number())));
    }
    const auto when = value_->is_string() ? parse_iso8601(value_->get_ref<const std::string&>()) : std::nullopt;
    if (!when) refuse(where_, "is no time");
    return *when;
}

std::string Document::bytes() const {
    constexpr std::uint64_t kLargestByte = 0xFF;
    const Document list = value_->is_object() && value_->contains("data") ? at("data") : *this;
    std::string bytes;
    const auto add = [&](const Document& element) {
        const std::uint64_t byte = element.number();
        if (byte > kLargestByte) refuse(element.where(), "is no byte");
        bytes.push_back(static_cast<char>(byte));
    };
    if (list.json().is_array()) {
        list.elements(add);
    } else {
        list.members([&](const std::string& /*index*/, const Document& element) { add(element); });
    }
    return bytes;
}

std::string Document::text_or_empty(const char* member) const {
    const auto found = find(member);
    return found ? found->text() : std::string();
}

bool Document::is_set(const char* member) const {
    const auto found = find(member);
    return found && found->flag();
}

}  // namespace lazulite::azurite
