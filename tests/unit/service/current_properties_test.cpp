#include "service/current_properties.hpp"

#include <gtest/gtest.h>

#include "store/file_system.hpp"
#include "store/stores.hpp"

namespace lazulite {
namespace {

constexpr StoreKind kNothing{.name = "nothing", .schema = "", .has_extents = false, .drain = nullptr, .named_contents = {},
                             .named_sources = {}};

class CurrentPropertiesTest : public ::testing::Test {
  protected:
    std::shared_ptr<Store> open() {
        Stores::Options options;
        options.durability = Durability::none;
        options.wall = &clock_;
        options.kinds = {&kNothing};
        stores_.reset();
        stores_ = Stores::open(*files_, options).value();
        return stores_->store("someone", "nothing").value();
    }
    static void set(Store& store, const ServiceProperties& given) {
        ASSERT_TRUE(store.write_and_wait([&](WriteTxn& tx) -> Result<> {
            store_properties(tx, given);
            return {};
        }));
        properties_changed(store);
    }
    static ServiceProperties with_version(const char* version) {
        ServiceProperties given;
        given.default_service_version = version;
        return given;
    }
    static ServiceProperties with_origin(const char* origin) {
        ServiceProperties given;
        given.cors = {CorsRule{{origin}, {"GET"}, {}, {}, 0}};
        return given;
    }

    SystemClock clock_;
    std::unique_ptr<FileSystem> files_ = make_memory_file_system(std::uint64_t{64} << 20);
    std::unique_ptr<Stores> stores_;
    Behaviour behaviour_;
};

TEST_F(CurrentPropertiesTest, AreTheDefaultsUntilSet) {
    const auto store = open();
    const auto current = current_properties(*store, behaviour_).value();
    EXPECT_EQ(current->values, default_service_properties());
    EXPECT_EQ(current->default_version, std::nullopt);
    EXPECT_EQ(current_properties(*store, behaviour_).value(), current) << "parsed once";
}

TEST_F(CurrentPropertiesTest, WhatIsSetIsSeenAtOnceAndAfterTheStoreIsOpenedAgain) {
    {
        const auto store = open();
        const auto before = current_properties(*store, behaviour_).value();
        set(*store, with_origin("http://a"));
        set(*store, with_version("2014-02-14"));
        const auto after = current_properties(*store, behaviour_).value();
        EXPECT_EQ(after->cors(), with_origin("http://a").cors);
        EXPECT_EQ(after->default_version, ServiceVersion(2014, 2, 14));
        EXPECT_TRUE(before->cors().empty()) << "a request in flight keeps what it began with";
        stores_->close();
    }
    const auto again = current_properties(*open(), behaviour_).value();
    EXPECT_EQ(again->cors(), with_origin("http://a").cors);
    EXPECT_EQ(again->default_version, ServiceVersion(2014, 2, 14));
}

TEST_F(CurrentPropertiesTest, TheRulesOfTheStartHoldUntilRulesAreSet) {
    behaviour_.cors = *with_origin("http://start").cors;
    const auto store = open();
    EXPECT_EQ(current_properties(*store, behaviour_).value()->cors(), behaviour_.cors);
    set(*store, with_version("2014-02-14"));
    EXPECT_EQ(current_properties(*store, behaviour_).value()->cors(), behaviour_.cors);
    ServiceProperties none;
    none.cors.emplace();
    set(*store, none);
    EXPECT_TRUE(current_properties(*store, behaviour_).value()->cors().empty());
}

TEST_F(CurrentPropertiesTest, TheFirstVersionOfAllHasTheOldestRules) {
    const auto store = open();
    set(*store, with_version("2008-10-27"));
    EXPECT_EQ(current_properties(*store, behaviour_).value()->default_version, kOldestVersion);
}

}  // namespace
}  // namespace lazulite
