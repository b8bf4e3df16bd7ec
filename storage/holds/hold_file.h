// The file that lets a hold outlive the catalogue: sealed, written and synced before the hold is committed, removed after
// its release commits (I7).
#pragma once
#include "storage/holds/holds.h"

namespace tenure::storage {

Path hold_file_path(const Path& folder, const HoldId& id);
// By its name: other things lie beside hold files.
bool is_hold_file(const Path& path);
void write_hold_file(const Path& folder, const Key& key, const Hold& hold);
// Throws Error{corrupt} when it was not sealed with this key or is no hold.
Hold read_hold_file(const Path& file, const Key& key);
void remove_hold_file(const Path& folder, const HoldId& id);

// The numbers of a hold for its catalogue row, sealed alike.
Blob seal_numbers(const Key& key, const std::vector<std::string>& numbers);
std::vector<std::string> open_numbers(const Key& key, View sealed);

}  // namespace tenure::storage
