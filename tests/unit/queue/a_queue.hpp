#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "queue/rows/queues.hpp"
#include "queue/rows/schema.hpp"
#include "store/check.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::queue {

/// A queue `que` in memory, whose clock stands still until it is advanced.
class AQueue : public ::testing::Test {
  protected:
    AQueue() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kQueueStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kQueueStore.name);
        write([this](WriteTxn& tx) {
            queue_.name = "que";
            queue_.generation = begin_generation(tx);
            insert_queue(tx, queue_);
        });
    }
    ~AQueue() override {
        store_.reset();
        stores_->close();
        const StoreKind* const kinds[] = {&kQueueStore};
        for (const std::string& problem : check(files_, kinds).problems) ADD_FAILURE() << problem;
    }

    template <class Fn>
    std::invoke_result_t<Fn&, WriteTxn&> write(Fn fn) {
        using Value = std::invoke_result_t<Fn&, WriteTxn&>;
        if constexpr (std::is_void_v<Value>) {
            ASSERT_TRUE(store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
                fn(tx);
                return {};
            }));
        } else {
            return *store_->write_and_wait([&fn](WriteTxn& tx) -> Result<Value> { return fn(tx); });
        }
    }
    template <class Fn>
    std::invoke_result_t<Fn&, ReadTxn&> read(Fn fn) {
        using Value = std::invoke_result_t<Fn&, ReadTxn&>;
        return *store_->read([&fn](ReadTxn& tx) -> Result<Value> { return fn(tx); });
    }
    std::int64_t number(const char* sql) {
        return read([sql](ReadTxn& tx) -> std::int64_t {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    /// Lets the store work until `sql` says so, or for 20 s.
    void wait_for(const char* sql, std::int64_t wanted) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (number(sql) != wanted && std::chrono::steady_clock::now() < end) write([](WriteTxn&) {});
        EXPECT_EQ(number(sql), wanted) << sql;
    }
    void advance(Ticks by) { ASSERT_TRUE(store_->set_clock_offset(store_->clock_offset() + by)); }

    Message put(WriteTxn& tx, const std::string& text, std::chrono::seconds hidden = {},
                std::optional<std::int64_t> life = {}) {
        Message message;
        message.inserted = tx.now();
        message.expires = expiry(message.inserted, life);
        message.receipt = PopReceipt::make(message.inserted + hidden);
        message.text = text;
        insert_message(tx, queue_.generation, message);
        return message;
    }
    Message put(const std::string& text, std::chrono::seconds hidden = {}, std::optional<std::int64_t> life = {}) {
        return write([&](WriteTxn& tx) { return put(tx, text, hidden, life); });
    }
    void put_many(int count, std::optional<std::int64_t> life) {
        write([&](WriteTxn& tx) {
            for (int i = 0; i < count; ++i) (void)put(tx, "m" + std::to_string(i), {}, life);
        });
    }
    FoundMessages claim(std::int64_t most, std::chrono::seconds timeout = std::chrono::seconds(30), Instant from = kBeginning) {
        return write([&](WriteTxn& tx) { return claim_messages(tx, queue_.generation, from, most, timeout); });
    }
    static std::string texts(const FoundMessages& found) {
        std::string all;
        for (const Message& message : found.messages) all += (all.empty() ? "" : " ") + message.text;
        return all;
    }
    ErrorCode outcome(const MessageId& id, const PopReceipt& receipt) {
        const auto message = store_->read([&](ReadTxn& tx) { return require_message(tx, queue_.generation, id, receipt); });
        return message ? ErrorCode{} : message.error().code();
    }
    std::int64_t counted() {
        return *read([this](ReadTxn& tx) { return count_messages(tx, queue_.generation, 1'000'000); });
    }

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(1ULL << 30);
    FaultFileSystem files_{*under_};
    ManualClock wall_{Instant(Ticks(std::chrono::seconds(1'780'000'000)))};
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
    Queue queue_;
};

}  // namespace lazulite::queue
