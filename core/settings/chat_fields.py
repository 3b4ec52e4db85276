"""The settings of chat platforms: names, kinds, defaults, and what each is for."""

from pydantic import Field
from pydantic_settings import BaseSettings

from core.settings.chat_kinds import (
    SLACK_API_URL,
    TEAMS_LOGIN_URL,
    TEAMS_METADATA_URL,
    TELEGRAM_API_URL,
    ApiUrl,
    AppToken,
    BotToken,
    ChannelId,
    ChatId,
    ClientSecret,
    ConversationId,
    Guid,
    Guids,
    MetadataUrl,
    SigningSecret,
    TelegramToken,
    WebhookSecret,
    Workspaces,
)
from core.settings.kinds import Cron


class ChatSettings(BaseSettings):
    """Slack, Telegram and Teams; without a platform's secrets it does not exist here."""

    slack_bot_token: BotToken = Field(
        None,
        description="Slack: the bot's token. With it, the signing secret (HTTP) or the app token"
        " (Socket Mode) is needed; without any of them, there is no Slack. See docs/SLACK.md.",
    )
    slack_signing_secret: SigningSecret = Field(
        None, description="Slack: proves that a request to /slack/events comes from Slack."
    )
    slack_app_token: AppToken = Field(
        None, description="Slack: opens Socket Mode, for servers that Slack cannot reach."
    )
    slack_workspaces: Workspaces = Field(
        "",
        description="Slack: whose members are served and linked by their verified e-mail; empty:"
        " the workspace of the bot.",
    )
    slack_approvals_channel: ChannelId = Field(
        "",
        description="Slack: a channel of those who decide. Requests are shown there as well, with"
        " the figures a decision needs; only their managers can decide.",
    )
    slack_api_url: ApiUrl = Field(SLACK_API_URL, description="Slack: where its Web API is.")
    slack_posts_channel: ChannelId = Field(
        "", description="Slack: the channel that gets the weekly leaderboard; empty: none."
    )
    telegram_token: TelegramToken = Field(
        None,
        description="Telegram: the bot's token. Alone, TokenPool asks Telegram for what is new"
        " (long polling); with the webhook's secret and TOKENPOOL_PUBLIC_URL, Telegram calls"
        " TokenPool. See docs/TELEGRAM.md.",
    )
    telegram_webhook_secret: WebhookSecret = Field(
        None,
        description="Telegram: proves that a request to /telegram/webhook comes from Telegram.",
    )
    telegram_approvals_chat: ChatId = Field(
        "",
        description="Telegram: a group of those who decide. Requests are shown there as well;"
        " deciding leads to the direct chat with the bot.",
    )
    telegram_posts_chat: ChatId = Field(
        "", description="Telegram: the group that gets the weekly leaderboard; empty: none."
    )
    telegram_api_url: ApiUrl = Field(
        TELEGRAM_API_URL, description="Telegram: where its Bot API is."
    )
    teams_app_id: Guid = Field(
        "",
        description="Teams: the bot's Microsoft App ID. With it, the app's password and a tenant"
        " are needed; without any of them, there is no Teams. See docs/TEAMS.md.",
    )
    teams_app_password: ClientSecret = Field(
        None, description="Teams: the client secret by which the bot signs in to write."
    )
    teams_app_tenant: Guid = Field(
        "",
        description="Teams: the tenant of a single-tenant app, where it signs in; empty for a"
        " multi-tenant app.",
    )
    teams_tenants: Guids = Field(
        "", description="Teams: tenants whose people are served; empty: the tenant of the app."
    )
    teams_anonymous: bool = Field(
        default=False,
        description="Teams: take messages without any proof, from this machine alone: for"
        " Microsoft's Agents Playground, never beside an app's password.",
    )
    teams_approvals_conversation: ConversationId = Field(
        "",
        description="Teams: a channel or group chat of those who decide. Requests are shown there"
        " as well; everybody sees in them what is theirs to do.",
    )
    teams_posts_conversation: ConversationId = Field(
        "",
        description="Teams: the channel or group chat that gets the weekly leaderboard; empty:"
        " none.",
    )
    teams_login_url: ApiUrl = Field(
        TEAMS_LOGIN_URL, description="Teams: where the bot signs in to write."
    )
    teams_metadata_url: MetadataUrl = Field(
        TEAMS_METADATA_URL,
        description="Teams: the OpenID document that names the keys which sign its messages.",
    )
    leaderboard_at: Cron = Field(
        "0 9 * * mon",
        description="When the leaderboard of the week before is posted, in UTC: minute, hour, day,"
        " month and weekday as in cron.",
    )

    @property
    def teams_served(self) -> frozenset[str]:
        """The tenants whose people are served."""
        return frozenset(filter(None, (self.teams_tenants or self.teams_app_tenant).split(",")))
