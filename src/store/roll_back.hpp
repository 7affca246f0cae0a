#pragma once

#include <sqlite3.h>

#include <exception>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "store/sql.hpp"

namespace lazulite {

/// Ends a transaction, whatever there is no memory for. After some errors SQLite has done so itself.
inline void roll_back(Connection& connection) noexcept {
    insist([&connection] {
        try {
            if (connection.in_transaction()) connection.execute("ROLLBACK");
        } catch (const SqlError& problem) {
            if ((problem.code() & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
            log::error(std::string("store: a transaction could not be ended: ") + problem.what());
        }
    });
}

}  // namespace lazulite
