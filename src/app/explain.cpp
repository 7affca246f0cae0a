#include "app/explain.hpp"

#include <algorithm>

#include "app/judged_sas.hpp"
#include "app/sas_url.hpp"
#include "app/signature_guess.hpp"
#include "app/surfaces.hpp"
#include "base/error_table.hpp"
#include "service/target.hpp"
#include "wire/date.hpp"
#include "wire/url.hpp"

namespace lazulite {
namespace {

/// A key for an account that nobody named one for.
constexpr std::string_view kNobodysKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr std::size_t kLabelWidth = 16;
constexpr std::size_t kLineWidth = 110;

std::string line(std::string_view label, std::string_view text) {
    std::string made(label);
    made.resize(kLabelWidth, ' ');
    return made.append(text).append("\n");
}

/// Words, several lines of them if need be.
std::string lines_of(std::string_view label, const std::vector<std::string_view>& words) {
    std::string made;
    std::string row;
    for (const std::string_view word : words) {
        if (!row.empty() && row.size() + word.size() > kLineWidth - kLabelWidth) {
            made += line(made.empty() ? label : "", row + ",");
            row.clear();
        }
        row.append(row.empty() ? "" : ", ").append(word);
    }
    return made + line(made.empty() ? label : "", row);
}

/// The accounts whose keys are known: those of the configuration, and the well-known one. False: a key is no base64.
bool add_accounts(Accounts& accounts, const EmulatorOptions& server) {
    accounts.put({std::string(kDevelopmentAccount), {*AccountKey::parse(kDevelopmentKey)}, {}});
    for (const AccountOptions& options : server.accounts) {
        Account account{options.name, {}, {}};
        account.settings.allow_shared_key = options.allow_shared_key;
        for (const std::string& text : options.keys) {
            auto key = AccountKey::parse(text);
            if (!key) return false;
            account.keys.push_back(*std::move(key));
        }
        accounts.put(std::move(account));
    }
    return true;
}

std::string kind_of(const Query& query) {
    if (is_account_sas(query)) return "account SAS";
    return is_user_delegation_sas(query) ? "user delegation SAS" : "service SAS";
}

std::string letters_in_words(std::string_view letters) {
    constexpr std::pair<char, std::string_view> kWords[] = {{'r', "read"},
                                                            {'a', "add"},
                                                            {'c', "create"},
                                                            {'w', "write"},
                                                            {'d', "delete"},
                                                            {'x', "delete version"},
                                                            {'y', "delete for good"},
                                                            {'l', "list"},
                                                            {'t', "tags"},
                                                            {'m', "move"},
                                                            {'e', "execute"},
                                                            {'o', "ownership"},
                                                            {'p', "process or permissions"},
                                                            {'f', "find by tags"},
                                                            {'i', "immutability"},
                                                            {'u', "update"}};
    std::string text;
    for (const char letter : letters) {
        const auto* const word =
            std::find_if(std::begin(kWords), std::end(kWords), [&](const auto& w) { return w.first == letter; });
        text.append(text.empty() ? "" : ", ").append(1, letter);
        if (word != std::end(kWords)) text.append(" ").append(word->second);
    }
    return text;
}

/// All that is asked about, found out.
struct Asked {
    const ExplainOptions& options;
    const Url& url;
    const Query& query;
    const Target& target;
    const Account& account;
    bool account_known;
    const Accounts& accounts;
    Instant now;

    [[nodiscard]] ServiceLetter letter() const { return sas_letter(target.service); }
    [[nodiscard]] std::string_view field(std::string_view name) const { return query.value_or_empty(name); }
};

/// The container and what is in it, as the SAS names them.
std::string resource_of(const Asked& asked) {
    const std::string_view sr = asked.field("sr");
    const Target& target = asked.target;
    if (asked.letter() == ServiceLetter::queue) return "queue " + target.container;
    if (asked.letter() == ServiceLetter::table) {
        std::string text = "table " + std::string(asked.field("tn"));
        for (const std::string_view name : {"spk", "srk", "epk", "erk"}) {
            if (asked.query.has(name)) text.append(", ").append(name).append("=").append(asked.field(name));
        }
        return text;
    }
    if (sr == "c" || sr == "s") return (sr == "c" ? "container " : "share ") + target.container + " and all in it";
    if (sr == "d")
        return "the first " + std::string(asked.field("sdd")) + " directories of " + target.container + "/" +
               target.name + " and all below";
    const std::string_view what = sr == "bs"   ? "snapshot of "
                                  : sr == "bv" ? "version of "
                                  : sr == "f"  ? "file "
                                               : "blob ";
    return std::string(what) + target.container + "/" + target.name;
}

std::string described(const Asked& asked) {
    const auto or_else = [&](std::string_view name, std::string_view missing) {
        const std::string_view value = asked.field(name);
        return value.empty() ? std::string(missing) : std::string(value);
    };
    const bool by_policy = !asked.field("si").empty();
    const std::string_view open = by_policy ? "as the stored policy says" : "(none)";
    std::string text = line("kind", kind_of(asked.query) + ", version " + or_else("sv", "before 2012-02-12"));
    text += line("account", asked.target.account +
                                (asked.account_known ? "" : ", whose keys are not known here: --account-key KEY"));
    if (is_account_sas(asked.query)) {
        text += line("services", or_else("ss", "(none)"));
        text += line("resource types", or_else("srt", "(none)"));
    } else {
        text += line("service", label(asked.target.service));
        text += line("resource", resource_of(asked));
    }
    if (is_user_delegation_sas(asked.query)) {
        text += line("key of", std::string(asked.field("skoid")) + ", from " + or_else("skt", "(none)") + " to " +
                                   or_else("ske", "(none)") +
                                   "; the key and the owner's roles are the server's to know and not judged");
        if (!asked.field("sduoid").empty())
            text += line("only for", std::string(asked.field("sduoid")) + ", with a bearer token");
    }
    if (by_policy)
        text += line("stored policy", std::string(asked.field("si")) + ": it is on the server and not judged");
    text += line("permissions", asked.field("sp").empty() ? std::string(open) : letters_in_words(asked.field("sp")));
    text += line("starts", or_else("st", by_policy ? "at once, or as the stored policy says" : "at once"));
    text += line("expires", or_else("se", open));
    text += line("judged at", format_iso8601(asked.now));
    text += line("addresses", or_else("sip", "any"));
    text += line("protocols", asked.field("spr") == "https" ? "https" : "https and http");
    if (!asked.field("ses").empty()) text += line("encryption", "scope " + std::string(asked.field("ses")));
    return text;
}

/// What it may run, by the tables that the server judges by.
std::string operations_of(const Asked& asked, const Identity& who, ServiceVersion version) {
    if (asked.field("sp").empty()) return line("may", "what the letters of the stored policy allow");
    std::string text;
    const auto services = all_services();
    for (const ServiceKind kind : {ServiceKind::blob, ServiceKind::queue, ServiceKind::table, ServiceKind::file}) {
        if (!is_account_sas(asked.query) && sas_letter(kind) != asked.letter()) continue;
        std::vector<std::string_view> names;
        for (const Operation& row : services[static_cast<std::size_t>(kind)]->operations) {
            if (row.offered() && who.may(row.needs, sas_letter(kind), version)) names.push_back(row.name);
        }
        if (!names.empty()) text += lines_of(std::string(label(kind)) + " may", names);
    }
    return text.empty() ? line("may", "nothing") : text;
}

/// What `--method` asks of this URL, whatever headers tell operations apart: nothing where one of them may run.
std::optional<SasRefusal> judge_method(const Asked& asked, const Identity& who, ServiceVersion version,
                                       std::string& text) {
    const Method method = parse_method(asked.options.method);
    const Service& service = *all_services()[static_cast<std::size_t>(asked.target.service)];
    Target target = asked.target;
    const Scope scope = service.scope(target, asked.query);
    std::optional<SasRefusal> refusal;
    std::vector<std::string_view> may;
    std::vector<std::string_view> others;
    for (const Operation& row : service.operations) {
        const bool named = row.scope == scope && equals_ignoring_case(row.match.comp, asked.field("comp")) &&
                           equals_ignoring_case(row.match.restype, asked.field("restype"));
        if (!named || !row.answers(method)) continue;
        Reason why;
        const auto judged = who.may(row.needs, asked.letter(), version, &why);
        (judged ? may : others).push_back(row.name);
        if (judged || refusal) continue;
        StorageError error = judged.error();
        if (!why.needed.empty()) {
            error = StorageError(error.code())
                        .saying(std::string(row.name) + " needs " + why.needed + ", and the SAS has " +
                                (why.granted.empty() ? "none" : why.granted) + ".");
        }
        refusal = SasRefusal{error, rule_of(judged.error(), why)};
    }
    if (may.empty() && others.empty()) {
        return SasRefusal{
            StorageError(ErrorCode::invalid_uri).saying("No operation is " + asked.options.method + " on such a URL."),
            Rule::operation};
    }
    text += lines_of(asked.options.method, may.empty() ? others : may);
    if (!may.empty()) return std::nullopt;
    return refusal;
}

std::string which_key(const Asked& asked, const JudgedSas& judged) {
    const auto signature = base64_decode(asked.field("sig"));
    for (std::size_t i = 0; signature && i < asked.account.keys.size(); ++i) {
        if (!asked.account.keys[i].signed_by(judged.string_to_sign, as_bytes(*signature))) continue;
        return "fits key " + std::to_string(i + 1) + " of the account";
    }
    return "does not fit";
}

Explained explained(const Asked& asked) {
    const SasCheck check{
        .query = asked.query,
        .account = asked.target.account,
        .keys = asked.account.keys,
        .account_now = asked.now,
        .remote_address = asked.options.ip.empty() ? asked.field("sip").substr(0, asked.field("sip").find('-'))
                                                   : std::string_view(asked.options.ip),
        .secure = asked.url.secure,
        .keys_permitted = asked.account.settings.allow_shared_key || is_user_delegation_sas(asked.query),
        .service = asked.letter(),
        .container = asked.target.container,
        .name = asked.target.name};
    JudgedSas judged = judge_sas(check, asked.account_known);
    Explained made{Explained::Code::accepted, described(asked)};
    const ServiceVersion version = ServiceVersion::parse(asked.field("sv")).value_or(kOldestVersion);
    if (judged.identity) {
        made.text += operations_of(asked, *judged.identity, version);
        if (!asked.options.method.empty()) {
            if (auto refusal = judge_method(asked, *judged.identity, version, made.text))
                judged.refusals.push_back(*std::move(refusal));
        }
    }
    if (!judged.string_to_sign.empty()) {
        made.text += line("signature",
                          judged.signature_judged ? which_key(asked, judged) : "not judged: the key is not known here");
        std::string shown = judged.string_to_sign;
        for (std::size_t at = 0; (at = shown.find('\n', at)) != std::string::npos; at += 5)
            shown.replace(at, 1, "\n    ");
        made.text += "string-to-sign\n    " + shown + "\n";
    }
    for (const SasRefusal& refusal : judged.refusals) {
        made.text += line(made.code == Explained::Code::accepted ? "refused" : "and then",
                          std::string(info(refusal.error.code()).name) + " (" + std::string(word(refusal.rule)) +
                              "): " + told(refusal));
        made.code = Explained::Code::refused;
        if (refusal.rule != Rule::signature) continue;
        const auto guess = guess_signature(check, asked.accounts.all());
        if (guess) made.text += line("likely", *guess);
    }
    if (made.code == Explained::Code::accepted) made.text += "accepted\n";
    return made;
}

Explained no_sas(std::string_view why) {
    return {Explained::Code::no_sas, std::string(why) + "\n"};
}

}  // namespace

Explained explain(const ExplainOptions& options, const EmulatorOptions& server, Instant now) {
    const auto url = parse_absolute_url(options.url);
    if (!url) return no_sas("that is no http or https URL");
    const auto query = Query::parse(url->query);
    if (!query)
        return no_sas("the query of the URL is not well-formed: a percent sign or a character that is no UTF-8");
    if (!is_sas(*query)) return no_sas("the URL has no SAS: there is no sig in it");
    if (!options.method.empty() && parse_method(options.method) == Method::unknown)
        return no_sas("no such method: " + options.method);
    const auto at = options.at.empty() ? std::optional(now) : parse_iso8601(options.at);
    if (!at) return no_sas("--at is a time such as 2026-11-20T21:07:12Z");

    Accounts accounts;
    if (!add_accounts(accounts, server)) return no_sas("a key of a configured account is not base64");
    const std::string name = account_named_by(*url);
    const bool known = accounts.find(name) != nullptr || !options.account_key.empty();
    if (!options.account_key.empty() || !known) {
        auto key = AccountKey::parse(known ? std::string_view(options.account_key) : kNobodysKey);
        if (!key) return no_sas("--account-key is not base64");
        accounts.put({name, {*std::move(key)}, {}});
    }

    Request request;
    request.method = Method::get;
    request.path = url->path;
    request.query = url->query;
    request.secure = url->secure;
    request.fields.add("Host", url->authority);
    const auto target = parse_target(request, service_named_by(*url, *query, server), accounts);
    if (!target) return no_sas("the path of the URL names no account, or is not well-formed");
    const auto account = accounts.find(target->account);
    return explained({options, *url, *query, *target, *account, known, accounts, *at});
}

}  // namespace lazulite
