// What the preloaded shim does, and how a program that runs under it steers it. Found by name at run time, so that the
// program also runs without.
#pragma once
#include <dlfcn.h>

namespace tenure::faults {

// eio, enospc: the operation fails, once or from then on. log: nothing fails, each operation is written down.
enum class Fault { none, count, kill, torn, eio_once, eio_ever, enospc_once, enospc_ever, log };

inline constexpr int kKilled = 86;  // exit status of a process the shim ended

namespace shim {
template <typename Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}
inline bool is_there() { return find<long()>("tenure_fault_count") != nullptr; }
// From here on operations below `folder` count; the one with this number, from 1, is the first that `fault` may hit.
inline void arm(const char* folder, Fault fault, long number, const char* log = nullptr) {
  if (auto* call = find<void(const char*, int, long, const char*)>("tenure_fault_arm"))
    call(folder, static_cast<int>(fault), number, log);
}
inline long count() {
  auto* call = find<long()>("tenure_fault_count");
  return call == nullptr ? 0 : call();
}
// Into the log, between the operations before and after.
inline void note(const char* text, unsigned long size) {
  if (auto* call = find<void(const char*, unsigned long)>("tenure_fault_note")) call(text, size);
}
}  // namespace shim

}  // namespace tenure::faults
