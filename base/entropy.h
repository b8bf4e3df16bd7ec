// Random bytes for keys, nonces and ids, from the system's generator. Any thread. Throws Error{internal} if it fails.
#pragma once
#include <cstdint>
#include <span>

namespace tenure {
void fill_random(std::span<std::uint8_t> out);
}
