#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "naive_filter.hpp"
#include "operation_runner.hpp"
#include "random_filter.hpp"
#include "table/domain/filter.hpp"
#include "table/ops/operations.hpp"
#include "table_rows.hpp"

// Filters by chance, asked of ours and of the naive evaluation of the rules. `--gtest_random_seed=N` takes other ones.
namespace lazulite::table {
namespace {

constexpr std::size_t kWorlds = 200;
constexpr std::size_t kFiltersOfAWorld = 100;
constexpr std::size_t kEntitiesOfAWorld = 100;  // so an entity is one per cent

std::uint64_t seed() { return 20261121 + static_cast<std::uint64_t>(GTEST_FLAG_GET(random_seed)); }

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        int byte = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

void add(PackedProperties& packed, const std::string& name, const naive::Value& value) {
    const std::string text = naive::utf8(value.text);
    const std::string bytes = bytes_of(value.hex);
    switch (value.type) {
        case naive::Type::string: return packed.add(name, EdmValue::of_string(text));
        case naive::Type::int32: return packed.add(name, EdmValue::of_integer(EdmType::int32, value.number));
        case naive::Type::int64: return packed.add(name, EdmValue::of_integer(EdmType::int64, value.number));
        case naive::Type::real: return packed.add(name, EdmValue::of_real(value.real));
        case naive::Type::boolean: return packed.add(name, EdmValue::of_integer(EdmType::boolean, value.number));
        case naive::Type::date_time: return packed.add(name, EdmValue::of_integer(EdmType::date_time, value.number));
        case naive::Type::guid: return packed.add(name, {EdmType::guid, bytes});
        case naive::Type::binary: return packed.add(name, {EdmType::binary, bytes});
    }
}

Entity as_stored(const naive::Entity& entity) {
    Entity stored{{naive::utf8(entity.partition), naive::utf8(entity.row)}, instant_of(entity.timestamp), {}};
    for (const auto& [name, value] : entity.properties) add(stored.properties, name, value);
    return stored;
}

TEST(FilterModel, TwentyThousandFiltersFindWhatTheRulesSay) {
    naive::Dice dice(seed());
    std::size_t telling = 0;  // filters that find between 1 % and 99 % of the entities
    for (std::size_t w = 0; w < kWorlds; ++w) {
        naive::World world(dice, kEntitiesOfAWorld);
        std::vector<Entity> stored;
        for (const naive::Entity& entity : world.entities()) stored.push_back(as_stored(entity));
        for (std::size_t f = 0; f < kFiltersOfAWorld; ++f) {
            const naive::Node tree = world.filter();
            const std::string text = naive::odata_text(tree, dice);
            const auto filter = Filter::parse(text);
            ASSERT_TRUE(filter) << "seed " << seed() << ", filter " << text << ": "
                                << (filter.error().details() ? filter.error().details()->message : "refused");
            EntityFilter asked(*filter);
            std::size_t found = 0;
            for (std::size_t e = 0; e < stored.size(); ++e) {
                const bool expected = naive::matches(tree, world.entities()[e]);
                found += expected ? 1 : 0;
                ASSERT_EQ(asked.matches(stored[e].key, stored[e].timestamp, stored[e].properties.bytes()), expected)
                    << "seed " << seed() << ", filter " << text << ", entity " << naive::shown(world.entities()[e]);
            }
            telling += found * 100 >= stored.size() && found * 100 <= stored.size() * 99 ? 1 : 0;
        }
    }
    RecordProperty("telling", static_cast<int>(telling));
    EXPECT_GE(telling * 2, kWorlds * kFiltersOfAWorld) << "seed " << seed();
}

/// Filters that name keys, as queries: by spans of the keys, over pages.
class FilterModelOfTables : public TableRows {
  protected:
    static constexpr std::size_t kWorldsQueried = 30;
    static constexpr std::int64_t kTable = 1;

    void fill(const naive::World& world) {
        write([&](WriteTxn& tx) {
            for (const EntityKey& key : keys_) remove_entity(tx, kTable, key);
            keys_.clear();
            for (std::size_t e = 0; e < world.entities().size(); ++e) {
                Entity entity = as_stored(world.entities()[e]);
                entity.properties.add("Number", EdmValue::of_integer(EdmType::int32, static_cast<std::int64_t>(e)));
                put_entity(tx, kTable, entity);
                keys_.push_back(entity.key);
            }
        });
    }

    /// What the pages of a query show, as numbers of entities.
    std::vector<std::size_t> queried(const std::string& filter, std::size_t top) const {
        const OperationRunner runner(store_, "people", "application/json;odata=nometadata");
        const std::string query = "$filter=" + percent_encode(filter) + "&$select=Number&$top=" + std::to_string(top);
        std::vector<std::size_t> numbers;
        std::string from;
        for (std::size_t pages = 0; pages <= kEntitiesOfAWorld; ++pages) {
            const auto page = runner.run(query_entities, query + from);
            EXPECT_LE(static_cast<std::size_t>(count_of(page.body, "\"Number\":")), top);
            append_numbers(numbers, page.body);
            const auto partition = page.fields.find("x-ms-continuation-NextPartitionKey");
            if (!partition) return numbers;
            from = "&NextPartitionKey=" + percent_encode(*partition) +
                   "&NextRowKey=" + percent_encode(page.fields.find("x-ms-continuation-NextRowKey").value_or(""));
        }
        ADD_FAILURE() << "pages without end";
        return numbers;
    }

    static void append_numbers(std::vector<std::size_t>& numbers, std::string_view body) {
        constexpr std::string_view kName = "\"Number\":";
        for (std::size_t at = body.find(kName); at != std::string_view::npos; at = body.find(kName, at + 1)) {
            std::from_chars(body.data() + at + kName.size(), body.data() + body.size(), numbers.emplace_back());
        }
    }

    std::vector<EntityKey> keys_;
};

TEST_F(FilterModelOfTables, AreQueriedByTheirKeysOverPagesInKeyOrder) {
    write([](WriteTxn& tx) { insert_table(tx, {"people", kTable, tx.next_tick(), {}}); });
    naive::Dice dice(seed() + 1);
    std::size_t queries = 0;
    for (std::size_t w = 0; w < kWorldsQueried; ++w) {
        naive::World world(dice, kEntitiesOfAWorld);
        const std::vector<naive::Entity>& entities = world.entities();
        fill(world);
        for (std::size_t f = 0; f < kFiltersOfAWorld; ++f) {
            const naive::Node tree = world.filter();
            if (!naive::names_a_key(tree)) continue;
            const std::string text = naive::odata_text(tree, dice);
            std::vector<std::size_t> expected;
            for (std::size_t e = 0; e < entities.size(); ++e) {
                if (naive::matches(tree, entities[e])) expected.push_back(e);
            }
            std::sort(expected.begin(), expected.end(), [&](std::size_t a, std::size_t b) {
                return std::tie(entities[a].partition, entities[a].row) <
                       std::tie(entities[b].partition, entities[b].row);
            });
            const std::size_t top = dice.pick<std::size_t>({1, 3, 10, 30, 1000});
            ++queries;
            ASSERT_EQ(queried(text, top), expected) << "seed " << seed() << ", $top " << top << ", filter " << text;
        }
    }
    EXPECT_GT(queries, kWorldsQueried * kFiltersOfAWorld / 3);
}

}  // namespace
}  // namespace lazulite::table
