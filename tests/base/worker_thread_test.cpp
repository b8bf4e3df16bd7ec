#include "base/worker_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace tenure {
namespace {

TEST(WorkerThread, RunsEverythingInOrderBeforeItStops) {
  std::vector<int> seen;
  WorkerThread worker("test", 1000);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(worker.post([&seen, i] { seen.push_back(i); }));
  worker.stop();
  ASSERT_EQ(seen.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
  EXPECT_FALSE(worker.post([] {})) << "a stopped thread takes nothing";
}

TEST(WorkerThread, AFullQueueRefusesInsteadOfBlocking) {
  std::promise<void> gate, running;
  auto open = gate.get_future();
  WorkerThread worker("test", 2);  // after what its tasks use: it goes first
  ASSERT_TRUE(worker.post([&] {
    running.set_value();
    open.wait();
  }));
  running.get_future().wait();
  EXPECT_TRUE(worker.post([] {}));
  EXPECT_TRUE(worker.post([] {}));
  EXPECT_FALSE(worker.post([] {}));
  gate.set_value();
}

TEST(WorkerThread, ATaskThatThrowsDoesNotEndTheThread) {
  WorkerThread worker("test", 8);
  ASSERT_TRUE(worker.post([] { throw std::runtime_error("planned by the test"); }));
  bool ran = false;
  worker.run([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_THROW(worker.run([] { throw std::runtime_error("handed to the caller"); }), std::runtime_error);
}

TEST(WorkerThread, TheTickRunsOnceMoreAtTheStop) {
  std::atomic<int> ticks = 0;
  WorkerThread worker("test", 8);
  worker.set_tick(std::chrono::hours(1), [&] { ++ticks; });
  worker.run([] {});
  const int before = ticks;
  worker.stop();
  EXPECT_EQ(ticks, before + 1);
}

}  // namespace
}  // namespace tenure
