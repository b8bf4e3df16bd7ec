// The arguments of one request, read with their types. Every getter throws Error{usage} that begins with the field's
// name, so that a person sees which one it was.
#pragma once
#include <boost/json/object.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/interval.h"

namespace tenure::daemon {

class Args {
 public:
  // `zone` and `now` are for times as people type them.
  Args(const boost::json::object& object, std::string zone, Instant now) : object_(object), zone_(std::move(zone)), now_(now) {}
  // Unknown fields are mistakes.
  void only(std::initializer_list<std::string_view> allowed) const;
  bool has(std::string_view field) const { return object_.contains(field); }
  std::optional<std::string> text(std::string_view field, std::size_t longest = 4096) const;
  std::string need(std::string_view field, std::size_t longest = 4096) const;
  std::vector<std::string> texts(std::string_view field) const;
  std::uint64_t number(std::string_view field, std::uint64_t otherwise, std::uint64_t most, std::uint64_t least = 0) const;
  bool flag(std::string_view field) const;
  SegmentId segment(std::string_view field) const;
  HoldId hold(std::string_view field) const;
  std::optional<Instant> time(std::string_view field) const;
  std::optional<Instant> review(std::string_view field) const;  // a date alone means the end of that day
  Interval span() const;                       // "from" and "to", both needed
  std::optional<Interval> maybe_span() const;  // an end left out is open; nothing when both are
  // The objects of an array, each as arguments of its own.
  std::vector<Args> objects(std::string_view field) const;

 private:
  const boost::json::value* find(std::string_view field) const;
  boost::json::object object_;
  std::string zone_;
  Instant now_;
};

// RFC 3339, local time in `zone`, `now`, or before now: `-90s`, `-10m`, `-2h`, `-28d`.
Instant parse_typed_time(std::string_view field, std::string_view text, std::string_view zone, Instant now);

}  // namespace tenure::daemon
