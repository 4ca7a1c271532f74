"""Long texts and lists to read: files, differences, pages; `/` searches in all of them."""
