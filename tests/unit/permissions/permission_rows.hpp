#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "in_memory.hpp"
#include "service/service.hpp"

namespace lazulite {

// The tables of permissions (blob.txt and its kin) as values, and what their rows are played against.

inline constexpr std::string_view kName = "permissions";  ///< of the account
inline constexpr std::string_view kVersion = "2026-04-06";
inline constexpr std::string_view kEveryLetter = "racwdxyltfmeopiu";

/// Letters of a cell: one of `any`, all of `also`; `create` alone may not overwrite.
struct Cell {
    std::string word;  ///< "any", "no", "level", "never", "bearer": no letters then
    std::string any, also, create;

    explicit Cell(const std::string& text);
    /// The error code for a SAS with these letters; empty: it may.
    [[nodiscard]] std::string refusal(const std::string& letters) const;
};

struct Row {
    int line = 0;
    std::string operation, method, target;
    InMemory::Headers headers;
    std::string type;  ///< of the account SAS: s, c, o, or none
    Cell account;
    std::vector<Cell> service;  ///< by the levels of a service SAS
    std::string open;           ///< empty: the service has no public access
    bool key = false;
    std::string roles;  ///< letters of those that may; "any" and "early" are words

    [[nodiscard]] std::string where() const;
};

/// Throws where a row has not the columns of its table.
[[nodiscard]] std::vector<Row> read_rows(const std::string& file);
/// Fails the test unless the rows are of these operations, each with one row or more.
void expect_a_row_for_each_operation(std::span<const Operation> operations, const std::vector<Row>& rows);

/// What the tables of one service are played with.
struct Fixture {
    const Service& service;
    const StoreKind& store;
    ServiceLetter letter;
    std::vector<std::string_view> levels;  ///< `sr` of the service SAS of each column
    std::string_view container;            ///< that the rows name
    struct Request {
        std::string_view method, target;
        InMemory::Headers headers;
    };
    std::vector<Request> set_up;  ///< before each row
    bool hierarchical = false;        ///< the account
    const Service* also = nullptr;    ///< a service that `set_up` speaks to beside

    [[nodiscard]] Account account() const;  ///< with `key`
};

[[nodiscard]] Fixture of_blobs();   ///< `con` and its blob, once private and once for each public access
[[nodiscard]] Fixture of_data_lake();  ///< the same in a hierarchical account
[[nodiscard]] Fixture of_queues();
[[nodiscard]] Fixture of_tables();
[[nodiscard]] Fixture of_files();   ///< a share with a directory, and in that a file which is there for every row

/// The answer is that refusal. An empty one is a cell that allows: whatever the operation then says, it is no refusal.
void expect_refusal(const InMemory::Exchanged& answer, const std::string& refusal, const std::string& who);

/// `headers` and the version, where they name none.
[[nodiscard]] InMemory::Headers versioned(InMemory::Headers headers);
/// Below the account.
[[nodiscard]] std::string rooted(const std::string& target);

}  // namespace lazulite
