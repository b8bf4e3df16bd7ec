#include "config/validate.h"

#include <algorithm>
#include <set>

namespace tenure::config {

namespace {
// Or is it.
bool lies_in(const Path& folder, const Path& around) {
  const auto parts = [](const Path& path) {
    std::vector<std::string> all;
    for (const auto& part : path.lexically_normal())
      if (part != ".") all.push_back(part.string());
    return all;
  };
  const auto inner = parts(folder), outer = parts(around);
  return inner.size() >= outer.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

class Validation {
 public:
  Validation(const Document& document, const Path& file, ReadResult& result)
      : document_(document), base_(file.parent_path()), result_(result), settings_(result.settings) {}

  void run() {
    read_storage();
    for_each("daemon", [this](const Section& s) { read_daemon(s); });
    for_each("access", [this](const Section& s) { read_access(s, settings_.access); });
    for_each("access.rights", [this](const Section& s) { read_access_rights(s, settings_.access); });
    for_each("ledger", [this](const Section& s) { read_ledger(s); });
    for_each("backup", [this](const Section& s) { settings_.backup_data = s.path("data"); });
    for_each("practice", [this](const Section& s) { read_practice(s); });
    for_each("vault", [this](const Section& s) { read_vault(s); });
    for_each("class", [this](const Section& s) { read_class(s); });
    for_each("camera", [this](const Section& s) { settings_.cameras.push_back(read_camera(s)); cite(s, settings_.cameras.back().cls); unique_source(s); });
    for_each("calls", [this](const Section& s) { read_calls_folder(s); });
    add_defaults();
    check_classes();
    check_vaults();
    check_front_desk();
  }

 private:
  template <typename Body>
  void for_each(std::string_view name, Body body) {
    for (const RawTable& table : document_.tables)
      if (table.section == name) body(Section(table, base_, result_));
  }
  void problem(int line, std::string field, std::string text) { result_.problems.push_back({line, std::move(field), std::move(text)}); }

  void read_storage() {
    bool found = false;
    for_each("storage", [&](const Section& s) {
      found = true;
      Storage& storage = settings_.storage;
      storage.path = s.path("path");
      storage.trial = s.boolean("trial");
      storage.sync_interval = s.duration("sync_interval", Seconds(1), std::chrono::minutes(1));
      storage.least_free_bytes = s.size("least_free", 4ull << 20);
      storage.ballast_bytes = s.size("ballast", 1ull << 20);
      storage.on_full = s.text("on_full");
      storage.scrub = s.duration("scrub", std::chrono::days(7), std::chrono::days(28));
    });
    if (!found) problem(0, "storage", "the section is missing; add [storage] with path = \"/var/lib/tenure\"");
  }

  void read_daemon(const Section& s) {
    settings_.socket = s.path("socket");
    if (settings_.socket.size() > 100) s.problem("socket", "is longer than the 100 bytes a socket's path may have");
    settings_.worker = s.path("worker");
    settings_.timezone = s.zone("timezone");
    settings_.log_level = s.text("log_level");
  }

  void read_practice(const Section& s) {
    constexpr std::size_t kLongestPractice = 80;
    settings_.practice = s.text("name");
    if (settings_.practice.size() > kLongestPractice) s.problem("name", "is longer than 80 bytes");
  }

  void read_ledger(const Section& s) {
    for (const std::string& folder : s.list("copies")) {
      if (!Path(folder).is_absolute()) s.problem("copies", "names " + shown(folder) + ", which is no absolute path");
      settings_.ledger_copies.push_back(Path(folder).lexically_normal());
    }
  }

  void unique(const Section& s, const std::string& key, std::string_view kind) {
    const auto entry = s.table().entries.find(key);
    if (entry == s.table().entries.end()) return;
    const auto* name = std::get_if<std::string>(&entry->second.value);
    if (name == nullptr) return;
    const auto [first, fresh] = names_[std::string(kind)].emplace(*name, s.table().field);
    if (!fresh) s.problem(key, "is " + shown(*name) + ", which " + first->second + " has already; every name must be its own");
  }
  // Cameras and call folders are both sources, and a source's name finds its recordings.
  void unique_source(const Section& s) { unique(s, "name", "source"); }

  void read_vault(const Section& s) {
    Vault vault{s.text("id"), s.path("path"), s.list("classes")};
    unique(s, "id", "vault");
    for (const auto& other : settings_.vaults) {
      if (lies_in(vault.path, other.path) || lies_in(other.path, vault.path))
        s.problem("path", "is the folder of vault " + shown(other.id) + ", or lies in it or around it; give each vault a folder of its own");
    }
    for (const std::string& cls : vault.classes) cited_.push_back({&s.table(), "classes", cls});
    settings_.vaults.push_back(std::move(vault));
  }

  void read_class(const Section& s) {
    Class cls;
    cls.name = s.text("name");
    unique(s, "name", "class");
    if (const auto period = s.period("period", settings_.storage.trial)) cls.period = *period;
    const std::string anchor = s.text("anchor");
    const bool by_start = anchor.empty() ? cls.name == "calls" : anchor == "capture_start";
    cls.anchor = by_start ? Anchor::capture_start : Anchor::capture_end;
    settings_.classes.push_back(std::move(cls));
  }

  void read_calls_folder(const Section& s) {
    settings_.calls.push_back(read_calls(s));
    const Calls& calls = settings_.calls.back();
    cite(s, calls.cls);
    unique_source(s);
    if (calls.folder.empty()) return;
    for (const Calls& other : settings_.calls)
      if (&other != &calls && other.folder == calls.folder) s.problem("folder", "is watched by another [[calls]] already");
  }

  void cite(const Section& s, const std::string& cls) { cited_.push_back({&s.table(), "class", cls}); }

  void add_default_class(const std::string& name, Period period, Anchor anchor) {
    const auto& all = settings_.classes;
    if (std::none_of(all.begin(), all.end(), [&](const Class& c) { return c.name == name; })) settings_.classes.push_back({name, period, anchor});
  }

  void add_defaults() {
    add_default_class("cctv", *parse_period("P28D"), Anchor::capture_end);
    add_default_class("calls", *parse_period("P3Y"), Anchor::capture_start);
    if (settings_.vaults.empty()) settings_.vaults.push_back({"main", settings_.storage.path / "vault", {}});
    if (settings_.socket.empty())
      settings_.socket = settings_.storage.path == "/var/lib/tenure" ? Path("/run/tenure/tenured.sock") : settings_.storage.path / "tenured.sock";
    if (settings_.socket.size() > 100 && names_.count("socket") == 0)
      problem(0, "daemon.socket", "would be longer than the 100 bytes a socket's path may have; set it to a shorter path");
    if (settings_.worker.empty()) settings_.worker = default_worker();
  }

  void check_classes() {
    for (const Cited& cited : cited_) {
      const auto& all = settings_.classes;
      if (std::any_of(all.begin(), all.end(), [&](const Class& c) { return c.name == cited.name; })) continue;
      std::string known;
      for (const Class& c : all) known += (known.empty() ? "" : ", ") + c.name;
      Section(*cited.table, base_, quiet_).warning(cited.key, "");
      const Problem& where = quiet_.warnings.back();
      problem(where.line, where.field, "names the class " + shown(cited.name) + ", which does not exist; there are " + known);
    }
  }

  // Every class must have a vault that takes it.
  void check_vaults() {
    for (const Class& cls : settings_.classes) {
      const bool taken = std::any_of(settings_.vaults.begin(), settings_.vaults.end(), [&](const Vault& v) {
        return v.classes.empty() || std::find(v.classes.begin(), v.classes.end(), cls.name) != v.classes.end();
      });
      if (!taken) problem(0, "vault", "no [[vault]] takes the class " + shown(cls.name) + "; add it to one's classes");
    }
  }

  void check_front_desk() {
    for_each("access", [this](const Section& s) {
      for (const std::string& name : settings_.access.front_desk_cameras)
        if (std::none_of(settings_.cameras.begin(), settings_.cameras.end(), [&](const Camera& c) { return c.name == name; }))
          s.problem("front_desk_cameras", "names " + shown(name) + ", which is no [[camera]]");
    });
  }

  struct Cited { const RawTable* table; std::string key, name; };
  const Document& document_;
  Path base_;
  ReadResult& result_;
  Settings& settings_;
  ReadResult quiet_;
  std::map<std::string, std::map<std::string, std::string>> names_;
  std::vector<Cited> cited_;
};
}  // namespace

void validate(const Document& document, const Path& file, ReadResult& result) { Validation(document, file, result).run(); }

}  // namespace tenure::config
