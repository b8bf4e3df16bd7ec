// What the worker takes from itself before it looks at a single byte of media: new privileges, other descriptors, the
// environment, files, memory and time without end. Its full sandbox (landlock, seccomp) comes in part 3.
#pragma once
#include <cstdint>

namespace tenure::worker {

// First thing in main(). Throws Error{internal} when a limit cannot be set: then nothing is decoded.
void confine_early();
// Once the job is known.
void confine_to(std::uint64_t address_space, std::uint64_t cpu_seconds);

}  // namespace tenure::worker
