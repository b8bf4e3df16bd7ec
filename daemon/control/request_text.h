// Pieces of the words of a request for a second person: what its subject says by itself, with nothing looked up. Pure.
#pragma once
#include <boost/json/object.hpp>

#include "storage/catalogue/catalogue.h"
#include "storage/people/approvals.h"

namespace tenure::daemon::request_text {

boost::json::object subject_of(const storage::Approval& approval);
std::string text_of(const boost::json::object& subject, std::string_view name);     // empty when there is none
std::uint64_t count_of(const boost::json::object& subject, std::string_view name);  // 0 of what is no number

// A time without its fraction.
std::string second(Instant at);
std::string second(const std::string& at);
// "12 recordings (3 of them calls; 1.2 GB)"
std::string amount(std::uint64_t recordings, std::uint64_t calls, std::uint64_t bytes);
// How much an act is about, where the request is bound to that; empty where it is not, or the act is about none.
std::string bound_amount(const std::string& act, const boost::json::object& subject);
// "door, waiting-room, from ... to ..."; of one row at least.
std::string sources_and_span(const std::vector<storage::SegmentRow>& rows);

std::string erasure(const boost::json::object& subject);
// `now`: the policy in force, of a request that still counts.
std::string policy_change(const boost::json::object& subject, const std::optional<storage::PolicyRow>& now);
std::string lowering(const boost::json::object& subject);
// What a redaction plan does, without its hash; empty of one that could not be read.
std::string plan_words(const std::string& plan);
// The act and its subject, of one that has no words of its own.
std::string as_it_is(const storage::Approval& approval, const boost::json::object& subject);

}  // namespace tenure::daemon::request_text
