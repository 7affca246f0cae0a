#include <algorithm>
#include <map>

#include "azurite/services.hpp"
#include "azurite/walk.hpp"
#include "queue/rows/queues.hpp"
#include "service/current_properties.hpp"

namespace lazulite::azurite {
namespace {

constexpr std::string_view kQueues = "$QUEUES_COLLECTION$";
constexpr std::string_view kMessages = "$MESSAGES_COLLECTION$";

/// A document of the collection of messages.
struct FoundMessage {
    std::string account;
    std::string queue;
    queue::Message message;  ///< without text; the id is left open where it is no random GUID
    std::string given_out;   ///< its pop receipt
    Chunk text;
};

FoundMessage message_of(Document document, const ExtentFiles& files) {
    FoundMessage found{document.at("accountName").text(), document.at("queueName").text(), {}, {}, {}};
    const std::string id = document.at("messageId").text();
    document.name(document.where() + " (" + found.queue + ", " + id + ")");
    queue::Message& message = found.message;
    message.id = queue::MessageId::parse(id).value_or(queue::MessageId{});
    found.given_out = document.text_or_empty("popReceipt");
    message.inserted = document.at("insertionTime").time();
    message.expires = std::min(document.at("expirationTime").time(), queue::kNever);
    message.receipt = queue::PopReceipt::make(document.at("timeNextVisible").time());
    message.dequeue_count = static_cast<std::int64_t>(document.at("dequeueCount").number());
    const Document persistency = document.at("persistency");
    const auto text = files.find(persistency);
    if (!text) refuse(persistency.where(), "has no bytes");
    if (text->length > queue::kMostTextBytes) refuse(persistency.where(), "is longer than a message");
    found.text = *text;
    return found;
}

class QueueImport final : public ServiceImport {
  public:
    QueueImport(const Folder& folder, Stores& stores, Report& report)
        : folder_(folder), stores_(stores), report_(report), files_(folder, kQueueExtentFile, kQueueStorage) {}

    void check(std::vector<TakenNames>& taken) override;
    void write() override;
    void publish() override;
    void abandon() override;

  private:
    struct Place {
        queue::Queue queue;
        std::int64_t messages = 0;
    };
    struct Account {
        std::shared_ptr<Store> store;
        std::map<std::string, Place, std::less<>> queues;
        std::optional<ServiceProperties> properties;
    };

    Account& account_of(const Document& document);
    void check_document(std::string_view collection, const Document& document);
    void write_message(FoundMessage found);
    static void clear(WriteTxn& tx) {
        clear_unnamed(tx, [&](std::int64_t generation) { queue::end_generation(tx, generation); });
    }

    const Folder& folder_;
    Stores& stores_;
    Report& report_;
    const ExtentFiles files_;
    std::map<std::string, Account> accounts_;
};

QueueImport::Account& QueueImport::account_of(const Document& document) {
    const std::string name = document.at("accountName").text();
    report_.found_account(name);
    return accounts_[name];
}

void QueueImport::check_document(std::string_view collection, const Document& document) {
    if (collection == kServices) {
        account_of(document).properties = service_properties_of(document);
    } else if (collection == kQueues) {
        Place place;
        place.queue.name = document.at("name").text();
        const auto meta = document.find("meta");
        const auto created = meta ? meta->find("created") : std::nullopt;
        if (created) place.queue.created = created->time();
        place.queue.metadata = metadata_of(document);
        place.queue.policies = policies_of(document, "queueAcl");
        const std::string name = place.queue.name;
        if (!account_of(document).queues.emplace(name, std::move(place)).second) {
            refuse(document.where(), "queue " + name + " is there twice");
        }
    } else if (collection == kMessages) {
        static_cast<void>(message_of(document, files_));
    }
}

void QueueImport::check(std::vector<TakenNames>& taken) {
    folder_.read(kQueueFile, [this](std::string_view collection, const Document& document) {
        check_document(collection, document);
    });
    for (auto& [name, account] : accounts_) {
        account.store = open_store(stores_, name, "queue");
        TakenNames there{name, "queue", {}};
        read_from(*account.store, [&](ReadTxn& tx) {
            there.names.clear();
            for (const auto& [queue, place] : account.queues) {
                if (queue::find_queue(tx, queue)) there.names.push_back(queue);
            }
        });
        if (!there.names.empty()) taken.push_back(std::move(there));
    }
}

void QueueImport::write() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            clear(tx);
            std::vector<std::int64_t> ids;
            for (auto& [queue, place] : account.queues) {
                ids.push_back(place.queue.generation = queue::begin_generation(tx));
            }
            note_unnamed(tx, ids);
        });
    }
    folder_.read(kQueueFile, [this](std::string_view collection, const Document& document) {
        if (collection == kMessages) write_message(message_of(document, files_));
    });
}

void QueueImport::write_message(FoundMessage found) {
    const auto account = accounts_.find(found.account);
    if (account == accounts_.end()) return;
    const auto queue = account->second.queues.find(found.queue);
    if (queue == account->second.queues.end()) return;
    Store& store = *account->second.store;
    queue::Message& message = found.message;
    if (message.expires <= store.now()) return;
    message.text = files_.read(found.text);
    // Times were kept in milliseconds; within one the order is that of the file.
    message.receipt.next_visible += Ticks(std::min<std::int64_t>(queue->second.messages++, 9'999));
    const std::int64_t generation = queue->second.queue.generation;
    write_to(store, [&](WriteTxn& tx) {
        queue::Message put = message;
        if (put.id == queue::MessageId{} || queue::has_message(tx, put.id)) {
            put.id = queue::MessageId::make(put.expires, tx.next_id());
        }
        queue::insert_brought(tx, generation, put, found.given_out);
    });
    ++report_.messages;
    report_.bytes += message.text.size();
}

void QueueImport::publish() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            for (const auto& [queue, place] : account.queues) queue::insert_queue(tx, place.queue);
            if (account.properties) store_properties(tx, *account.properties);
            all_named(tx);
        });
        if (account.properties) properties_changed(*account.store);
        report_.queues += account.queues.size();
    }
}

void QueueImport::abandon() {
    for (auto& [name, account] : accounts_) write_to(*account.store, [](WriteTxn& tx) { clear(tx); });
}

}  // namespace

std::unique_ptr<ServiceImport> import_queues(const Folder& folder, Stores& stores, Report& report) {
    return std::make_unique<QueueImport>(folder, stores, report);
}

}  // namespace lazulite::azurite
