// Runs blocking work on a pool and lets the coroutine wait for it, without holding up the io thread.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "daemon/worker_pool.h"

namespace tenure::daemon {

// Ends when `work` has; rethrows what it threw. Throws Error{unavailable} when the pool's queues are full.
boost::asio::awaitable<void> run_on(WorkerPool& pool, std::function<void()> work);

}  // namespace tenure::daemon
