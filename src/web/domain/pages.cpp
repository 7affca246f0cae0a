#include "web/domain/pages.hpp"

namespace lazulite::web {

std::vector<std::string> pages_for(std::string_view path, const std::optional<std::string>& index_document,
                                   const std::optional<std::string>& default_index_document_path) {
    const bool folder = path.empty() || path.ends_with('/');
    std::vector<std::string> pages;
    // What ends with a slash is a folder, whatever blob has that name, once folders have an index.
    if (!path.empty() && !(folder && index_document)) pages.emplace_back(path);
    if (index_document) pages.push_back(std::string(path) + (folder ? "" : "/") + *index_document);
    if (default_index_document_path) pages.push_back(*default_index_document_path);
    return pages;
}

}  // namespace lazulite::web
