#include "daemon/client/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace tenure::client {

static volatile std::sig_atomic_t interrupted = 0;

void notice_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and no SA_RESTART: a wait must end
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
}

bool was_interrupted() { return interrupted != 0; }

}  // namespace tenure::client
