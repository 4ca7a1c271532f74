"""What a rehearsal has shown: as text for people, as JSON and JUnit for programs, and as a picture of the times."""
