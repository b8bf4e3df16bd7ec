// Why pictures of a span are not there, in words: gaps with causes, what was deleted and why, what is damaged or missing,
// what lies before all that is known, not yet recorded, nothing near. Nothing of a span is left out without a word.
#pragma once
#include "base/error.h"
#include "disclosure/export.h"
#include "storage/sweep/deleted_spans.h"

namespace tenure::disclosure {

class Missing {
 public:
  Missing(const ExportContext& context, const SpanRequest& request);
  // A segment that is in the catalogue and may not or cannot be read.
  void unreadable(const Interval& span, const std::string& why);
  void given(const Interval& span) { accounted_.push_back(span); }
  const std::vector<storage::Gap>& gaps() const { return gaps_; }
  // When there is nothing at all to export.
  Error nothing() const;
  // When there is something, but less than was asked for. `end` is where what there is ends.
  std::vector<std::string> notes(Instant end) const;

 private:
  struct LeftOut {
    Interval span;
    std::string why;
  };
  std::string nearest() const;
  std::vector<std::string> unknown() const;
  const ExportContext& context_;
  const SpanRequest& request_;
  std::vector<storage::Gap> gaps_;
  std::vector<storage::DeletedSpan> deleted_;
  std::vector<LeftOut> unreadable_;  // in order of time, like ones together
  std::vector<Interval> accounted_;  // given, or its absence has a cause
};

}  // namespace tenure::disclosure
