// Ctrl-C, a hang-up or a SIGTERM during an export: noticed by the thread that waits for the daemon, so that what came so
// far is taken back. A second one ends the program as usual.
#pragma once

namespace tenure::client {

void notice_interrupts();
bool was_interrupted();

}  // namespace tenure::client
