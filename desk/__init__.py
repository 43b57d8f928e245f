"""What a party's officers do: propose, approve, return and terminate agreements, each step in the trail."""
