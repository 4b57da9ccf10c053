"""What the doors draw: icons, badges, the bridge, the logo, illustrations, charts, as safe markup."""
