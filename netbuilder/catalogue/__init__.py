"""Node packs: found, imported, looked up; a pack that fails is a finding, never a crash."""
