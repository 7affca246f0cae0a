#include "table/ops/table_writer.hpp"

#include "table/ops/atom.hpp"
#include "table/ops/common.hpp"

namespace lazulite::table {
namespace {

void append_member(std::string& to, std::string_view name, const std::string& value) {
    to.append("\"").append(name).append("\":");
    append_json_string(to, value);
    to += ',';
}

}  // namespace

void TableWriter::begin_page(std::string& to) const {
    if (level_ == OdataLevel::atom) return begin_atom_feed(to, target_.endpoint(), "Tables", now_);
    to += '{';
    if (level_ != OdataLevel::none) append_member(to, "odata.metadata", target_.endpoint() + "$metadata#Tables");
    to += "\"value\":[";
}

void TableWriter::append(std::string& to, std::string_view name) const {
    if (level_ == OdataLevel::atom) return append_entry(to, name, false);
    to += to.ends_with('}') ? ",{" : "{";
    append_members(to, name);
}

void TableWriter::end_page(std::string& to) const { to += level_ == OdataLevel::atom ? kEndOfAtomFeed : "]}"; }

std::string TableWriter::single(std::string_view name) const {
    std::string body;
    if (level_ == OdataLevel::atom) {
        append_entry(body, name, true);
        return body;
    }
    body = "{";
    if (level_ != OdataLevel::none) {
        append_member(body, "odata.metadata", target_.endpoint() + "$metadata#Tables/@Element");
    }
    append_members(body, name);
    return body;
}

void TableWriter::append_members(std::string& to, std::string_view name) const {
    if (level_ == OdataLevel::full) {
        append_member(to, "odata.type", target_.account + ".Tables");
        append_member(to, "odata.id", target_.endpoint() + table_path(name));
        append_member(to, "odata.editLink", table_path(name));
    }
    to += "\"TableName\":";
    append_json_string(to, name);
    to += '}';
}

void TableWriter::append_entry(std::string& to, std::string_view name, bool alone) const {
    const AtomEntry entry{target_.endpoint(), table_path(name), "Tables", target_.account + ".Tables", {}, now_};
    append_atom_entry(to, entry, {{"TableName", EdmValue::of_string(name)}}, alone);
}

}  // namespace lazulite::table
