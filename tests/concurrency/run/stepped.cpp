#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <latch>
#include <map>
#include <mutex>
#include <stdexcept>

#include "app/surfaces.hpp"
#include "check/model.hpp"
#include "runner.hpp"
#include "service/service.hpp"
#include "store/stores.hpp"

namespace concurrency {
namespace {

using namespace lazulite;

/// Coroutines and turns of writers on one thread: each time the seed says which of those that could goes on.
class Steps final : public Executor {
  public:
    /// A turn of a writer: waits for the seed like a coroutine.
    class Turn {
      public:
        virtual ~Turn() = default;
        [[nodiscard]] virtual bool waits() const = 0;
        virtual void run(Random& random) = 0;
    };

    explicit Steps(ManualClock& clock) : clock_(clock) {}

    void post(std::coroutine_handle<> handle) override {
        const std::lock_guard lock(mutex_);
        arrived_.push_back(handle);
        arrival_.notify_one();
    }
    /// Until so many have come from a writer's thread.
    void wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        arrival_.wait(lock, [this, count] { return arrived_.size() >= count; });
    }
    void add(Turn& turn) { turns_.push_back(&turn); }

    /// Until nothing is left to be done.
    void run(Random& random) {
        current_ = this;
        while (true) {
            take();
            std::vector<Turn*> due;
            std::copy_if(turns_.begin(), turns_.end(), std::back_inserter(due),
                         [](const Turn* turn) { return turn->waits(); });
            if (ready_.empty() && due.empty()) break;
            clock_.advance(std::chrono::microseconds(10));
            const std::size_t which = random.below(ready_.size() + due.size());
            if (which >= ready_.size()) {
                take();
                due[which - ready_.size()]->run(random);
                continue;
            }
            const auto handle = ready_[which];
            ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(which));
            handle.resume();
        }
        current_ = nullptr;
    }

  private:
    void take() {
        const std::lock_guard lock(mutex_);
        ready_.insert(ready_.end(), arrived_.begin(), arrived_.end());
        arrived_.clear();
    }

    ManualClock& clock_;
    std::mutex mutex_;
    std::condition_variable arrival_;
    std::vector<std::coroutine_handle<>> arrived_;
    std::vector<std::coroutine_handle<>> ready_;
    std::vector<Turn*> turns_;
};

/// A store whose writes wait for their turn, one alone or several as a group, in the real store's writer.
class SteppedStore final : public Store, public Steps::Turn {
  public:
    SteppedStore(std::shared_ptr<Store> inner, Steps& steps, ManualClock& clock)
        : inner_(std::move(inner)), steps_(steps), clock_(clock) {
        steps_.add(*this);
    }

    void submit(WriteJob& job) override {
        if (job.executor == nullptr) return inner_->submit(job);
        waiting_.push_back(&job);
    }
    bool run_or_submit(WriteJob& job) override {
        if (job.executor == nullptr) return inner_->run_or_submit(job);
        waiting_.push_back(&job);
        return false;
    }
    [[nodiscard]] bool waits() const override { return !waiting_.empty(); }

    void run(Random& random) override {
        const std::size_t count = random.one_in(2) ? 1 : 1 + random.below(waiting_.size());
        std::vector<std::unique_ptr<Member>> group;
        for (std::size_t i = 0; i < count; ++i) group.push_back(std::make_unique<Member>(*waiting_[i], clock_));
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
        // The writer takes what it finds: it is held until all are there.
        Gate gate;
        inner_->submit(gate);
        for (const auto& member : group) inner_->submit(*member);
        gate.open.count_down();
        gate.ended.wait();
        steps_.wait_for(count);
        commits_ = inner_->commits();
    }

    Extents& extents() override { return inner_->extents(); }
    Pin pin(std::uint64_t key) override { return inner_->pin(key); }
    [[nodiscard]] Durability durability() const override { return inner_->durability(); }
    Result<StoreState> state() override { return inner_->state(); }
    [[nodiscard]] Instant now() const override { return inner_->now(); }
    [[nodiscard]] Ticks clock_offset() const override { return inner_->clock_offset(); }
    Result<> set_clock_offset(Ticks offset) override {
        Result<> set = inner_->set_clock_offset(offset);
        commits_ = inner_->commits();
        return set;
    }

  private:
    struct Gate final : WriteJob {
        std::latch open{1};
        std::latch ended{1};
        Gate() {
            done = [this] { ended.count_down(); };
        }
        void run(WriteTxn& /*tx*/) override { open.wait(); }
        [[nodiscard]] bool failed() const override { return false; }
        void fail(const StorageError& /*error*/) override {}
    };
    /// Account time goes on between the members of a group.
    struct Member final : WriteJob {
        WriteJob& of;
        ManualClock& clock;
        Member(WriteJob& job, ManualClock& its_clock) : of(job), clock(its_clock) {
            executor = job.executor;
            waiter = job.waiter;
        }
        void run(WriteTxn& tx) override {
            of.run(tx);
            clock.advance(std::chrono::microseconds(1));
        }
        [[nodiscard]] bool failed() const override { return of.failed(); }
        void fail(const StorageError& error) override { of.fail(error); }
    };

    Result<> run_read(void (*call)(void*, ReadTxn&), void* context) override {
        return inner_->read([&](ReadTxn& tx) -> Result<> {
            call(context, tx);
            return {};
        });
    }

    const std::shared_ptr<Store> inner_;
    Steps& steps_;
    ManualClock& clock_;
    std::vector<WriteJob*> waiting_;
};

class SteppedStores final : public Stores {
  public:
    SteppedStores(Stores& inner, Steps& steps, ManualClock& clock) : inner_(inner), steps_(steps), clock_(clock) {}
    Result<std::shared_ptr<Store>> store(std::string_view account, std::string_view kind) override {
        std::shared_ptr<SteppedStore>& known = stores_[std::string(account) + "/" + std::string(kind)];
        if (!known) {
            auto opened = inner_.store(account, kind);
            if (!opened) return opened;
            known = std::make_shared<SteppedStore>(*opened, steps_, clock_);
        }
        return std::shared_ptr<Store>(known);
    }
    Result<> reset(std::string_view account, std::string_view kind) override { return inner_.reset(account, kind); }
    [[nodiscard]] std::vector<std::string> accounts() const override { return inner_.accounts(); }
    [[nodiscard]] std::vector<Opened> opened() const override { return inner_.opened(); }
    [[nodiscard]] std::vector<std::string> accounts_with(std::string_view kind) const override {
        return inner_.accounts_with(kind);
    }
    void close() override {
        stores_.clear();
        inner_.close();
    }

  private:
    Stores& inner_;
    Steps& steps_;
    ManualClock& clock_;
    std::map<std::string, std::shared_ptr<SteppedStore>> stores_;
};

/// A body that comes in two pieces, with others between them.
class SteppedBody final : public BodyReader {
  public:
    SteppedBody(Steps& steps, std::string_view text) : steps_(steps), left_(text) {}
    Task<Result<ByteView>> read() override {
        co_await Hop{steps_};
        const std::size_t size = left_.size() > 1 && !halved_ ? left_.size() / 2 : left_.size();
        halved_ = true;
        const std::string_view piece = left_.substr(0, size);
        left_.remove_prefix(size);
        co_return as_bytes(piece);
    }

  private:
    Steps& steps_;
    std::string_view left_;
    bool halved_ = false;
};

std::string text_of(const Slice& slice) {
    if (const auto* const piece = std::get_if<std::string>(&slice)) return *piece;
    if (const auto* const zeros = std::get_if<ZeroSlice>(&slice)) return std::string(zeros->length, '\0');
    const auto& file = std::get<FileSlice>(slice);
    std::string piece(file.length, '\0');
    const auto got = ::pread(file.fd, piece.data(), piece.size(), static_cast<off_t>(file.offset));
    if (got != static_cast<ssize_t>(piece.size())) throw std::runtime_error("a slice of a file is short");
    return piece;
}

class Stepped final : public Runner {
  public:
    Stepped()
        : clock_(instant_of(17'000'000'000'000'000)), steps_(clock_), files_(make_memory_file_system(4ULL << 30)) {
        Stores::Options options;
        options.durability = Durability::none;
        options.writer_threads = 1;
        options.wall = &clock_;
        options.kinds = all_store_kinds();
        inner_ = Stores::open(*files_, options).value();
        stores_ = std::make_unique<SteppedStores>(*inner_, steps_, clock_);
        Account flat{std::string(kFlatAccount), {*AccountKey::parse(kKey)}, {}};
        Account lake{std::string(kLakeAccount), {*AccountKey::parse(kKey)}, {}};
        lake.settings.hierarchical_namespace = true;
        accounts_.put(std::move(flat));
        accounts_.put(std::move(lake));
        environment_ = std::make_unique<Environment>(
            Environment{clock_, accounts_, *stores_, metrics_, steps_, "test", all_services(), Behaviour{}});
        for (const ServiceKind kind : kServiceKinds) {
            gateways_.push_back(std::make_unique<Gateway>(
                *environment_, kind, [this](Request& request) { return control(request); }, Gateway::AccessLog()));
        }
        Random random(0);
        for (Call& call : places()) {
            Plan::Step step{std::move(call), nullptr, false, 0};
            spawn(ask(step), [] {});
            steps_.run(random);
            if (number(step.call.event.got, "status") != 201)
                throw std::runtime_error(step.call.target + " was refused");
        }
    }
    ~Stepped() override {
        gateways_.clear();
        stores_->close();
        inner_->close();
    }

    Ran run(Plan& plan, std::uint64_t seed) override {
        Ran ran;
        Random random(~seed);
        now_ = 0;
        for (const auto& object : plan.objects()) {
            for (Call& call : object->prepare()) {
                Plan::Step step{std::move(call), object.get(), false, 0};
                spawn(ask(step), [] {});
                steps_.run(random);
                const std::int64_t status = number(step.call.event.got, "status");
                if (status != 201 && status != 204)
                    ran.problem = step.call.target + " was answered " + std::to_string(status);
                if (!step.call.event.what.empty()) ran.history.push_back(std::move(step.call.event));
            }
        }
        for (int client = 0; client < kClients; ++client) spawn(work(plan, client, ran), [] {});
        steps_.run(random);
        std::sort(ran.history.begin(), ran.history.end(),
                  [](const Event& a, const Event& b) { return a.called < b.called; });
        return ran;
    }

  private:
    Task<> work(Plan& plan, int client, Ran& ran) {
        co_await Hop{steps_};
        for (int number = 0; number < Plan::steps(); ++number) {
            Plan::Step step = plan.step(client, number);
            for (unsigned i = 0; i < step.pause; ++i) co_await Hop{steps_};
            if (step.leaves) {
                step.call.event.called = ++now_;
                ran.history.push_back(step.call.event);
                spawn(forget(std::move(step)), [] {});
                continue;
            }
            co_await ask(step);
            ran.history.push_back(std::move(step.call.event));
        }
    }

    /// Goes on though nobody waits for it.
    Task<> forget(Plan::Step step) { (void)co_await answer(step.call); }

    Task<> ask(Plan::Step& step) {
        step.call.event.called = ++now_;
        const Answer came = co_await answer(step.call);
        step.call.event.returned = ++now_;
        learn(step, came);
    }

    Task<Answer> answer(const Call& call) {
        co_await Hop{steps_};
        const std::string target = full_target(call);
        const std::size_t mark = target.find('?');
        SteppedBody body(steps_, call.body);
        Request request;
        request.method = parse_method(call.method);
        request.method_text = call.method;
        request.path = std::string_view(target).substr(0, mark);
        if (mark != std::string::npos) request.query = std::string_view(target).substr(mark + 1);
        const std::string length = std::to_string(call.body.size());
        request.fields.add("Host", "127.0.0.1:10000");
        request.fields.add("x-ms-version", "2023-11-03");
        for (const auto& [name, value] : call.headers) request.fields.add(name, value);
        if (call.method != "GET" && call.method != "HEAD") {
            request.fields.add("Content-Length", length);
            request.content_length = call.body.size();
        }
        request.body = &body;
        request.remote_address = "127.0.0.1";
        Response response = co_await gateways_[static_cast<std::size_t>(call.surface)]->handle(request);
        Answer answer;
        answer.status = response.status;
        std::string_view lines = response.fields.text();
        while (!lines.empty()) {
            const std::string_view line = lines.substr(0, lines.find("\r\n"));
            lines.remove_prefix(line.size() + 2);
            const std::size_t colon = line.find(": ");
            answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        }
        if (auto* const text = std::get_if<std::string>(&response.body)) answer.body = std::move(*text);
        if (const auto* const text = std::get_if<std::shared_ptr<const std::string>>(&response.body))
            answer.body = **text;
        if (const auto* const source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
            while (true) {
                co_await Hop{steps_};
                const auto slices = co_await (*source)->next();
                if (!slices) throw std::runtime_error("a body ended early");
                if (slices->empty()) break;
                for (const Slice& slice : *slices) answer.body += text_of(slice);
            }
        }
        co_return answer;
    }

    /// `/_lazulite/clock` alone.
    Task<Response> control(Request& /*request*/) {
        for (const char* const kind : {"blob", "queue", "table", "file"}) {
            const auto store = stores_->store(kFlatAccount, kind).value();
            if (!store->set_clock_offset(store->clock_offset() + std::chrono::seconds(kStep)))
                throw std::runtime_error("no clock");
        }
        Response response;
        co_return response;
    }

    ManualClock clock_;
    Steps steps_;
    std::unique_ptr<FileSystem> files_;
    std::unique_ptr<Stores> inner_;
    std::unique_ptr<SteppedStores> stores_;
    Accounts accounts_;
    Metrics metrics_;
    std::unique_ptr<Environment> environment_;
    std::vector<std::unique_ptr<Gateway>> gateways_;
    std::int64_t now_ = 0;
};

}  // namespace

std::unique_ptr<Runner> make_stepped() {
    return std::make_unique<Stepped>();
}

}  // namespace concurrency
