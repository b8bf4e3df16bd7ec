// Shared data that can only be reached with its lock held: `auto state = shared.lock(); state->field = 1;`.
#pragma once
#include <mutex>

namespace tenure {

template <typename T>
class Synchronized {
 public:
  class Access {
   public:
    Access(std::mutex& mutex, T& value) : lock_(mutex), value_(value) {}
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    std::unique_lock<std::mutex>& mutex_lock() { return lock_; }  // for waiting on a condition

   private:
    std::unique_lock<std::mutex> lock_;
    T& value_;
  };
  Synchronized() = default;
  explicit Synchronized(T value) : value_(std::move(value)) {}
  Access lock() { return {mutex_, value_}; }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace tenure
