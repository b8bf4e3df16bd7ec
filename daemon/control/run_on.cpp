#include "daemon/control/run_on.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"

namespace tenure::daemon {
namespace asio = boost::asio;

namespace {
struct Done {
  explicit Done(const asio::any_io_executor& executor) : wake(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer wake;  // never fires: cancelled, on the io thread, when the work is done
  bool finished = false;    // io thread only
  std::exception_ptr failure;
};

void run_and_wake(const std::shared_ptr<Done>& done, const asio::any_io_executor& executor, const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    done->failure = std::current_exception();
  }
  asio::post(executor, [done] {
    done->finished = true;
    done->wake.cancel();
  });
}
}  // namespace

asio::awaitable<void> run_on(WorkerPool& pool, std::function<void()> work) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto done = std::make_shared<Done>(executor);
  const bool posted = pool.post([done, executor, work = std::move(work)] { run_and_wake(done, executor, work); });
  if (!posted) throw Error(ErrorKind::unavailable, "tenured is busy with as many requests as it takes; try again in a moment");
  while (!done->finished) {
    boost::system::error_code ignored;
    co_await done->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (done->failure) std::rethrow_exception(done->failure);
}

}  // namespace tenure::daemon
